/**
 * A PDF document whose streams are packed by code of its own packages. The library would let Node's zlib do that, whose
 * choices differ from processor to processor; then equal reports would not have equal bytes on every machine.
 */
import { zlibSync } from 'fflate';
import PDFDocument from 'pdfkit';

/** An object of the file, as far as is needed here: the types of the library leave it out. */
interface Reference {
  data: Record<string, unknown>;
  /** What its stream is made of so far. */
  buffer: Uint8Array[];
  finalize: () => void;
}

/** Streams that are read by programs which know nothing of PDF stay as they are. */
const PLAIN = 'Metadata';

export class PackedDocument extends PDFDocument {
  override ref(data: object): PDFKit.PDFKitReference {
    const made = super.ref(data);
    const reference = made as unknown as Reference;
    const finalize = reference.finalize.bind(reference);
    reference.finalize = () => {
      pack(reference);
      finalize();
    };
    return made;
  }
}

function pack(reference: Reference): void {
  const { buffer, data } = reference;
  if (buffer.length === 0 || data.Filter || data.Type === PLAIN) return;
  reference.buffer = [zlibSync(Buffer.concat(buffer))];
  data.Filter = 'FlateDecode';
}
