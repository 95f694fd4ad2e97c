/** A text as a QR code (ISO/IEC 18004) of medium correction: where it is dark. No markup. */
import encodeQR from 'qr';

/** Readers need it around the code. */
const QUIET_MODULES = 4;

export interface QrCode {
  /** Side in modules, quiet zone included. */
  modules: number;
  /** Dark modules, in units of a module. */
  path: string;
}

/** Dark modules of a row that touch are one run. */
export function qrCode(text: string): QrCode {
  const rows = encodeQR(text, 'raw', { ecc: 'medium', border: QUIET_MODULES });
  const runs = rows.flatMap((row, y) => {
    const found: string[] = [];
    for (let x = 0; x < row.length; x++) {
      if (!row[x]) continue;
      const from = x;
      while (row[x + 1]) x++;
      found.push(`M${from} ${y}h${x - from + 1}v1H${from}z`);
    }
    return found;
  });
  return { modules: rows.length, path: runs.join('') };
}
