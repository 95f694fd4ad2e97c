/** Breaks a text into lines: at spaces, between Chinese characters, and inside a word that alone is too wide. */

/** What stays with the character before it; a line must not begin with it. */
const PIECES =
  /\s+|[\p{Script=Han}（《“][，。；：、）》”！？…*]*|[，。；：、）》”！？…]+|[^\s\p{Script=Han}（《“，。；：、）》”！？…]+[，。；：、）》”！？…]*/gu;

/** @param widthOf in the unit of `width` */
export function linesOf(text: string, width: number, widthOf: (text: string) => number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const piece of piecesOf(text, width, widthOf)) {
    if (line !== '' && widthOf((line + piece).trimEnd()) > width) {
      lines.push(line.trimEnd());
      line = piece.trimStart();
    } else line += piece;
  }
  return [...lines, line.trimEnd()];
}

/** Parts of a word that is too wide end at its signs if they can. */
const PARTS = /[^/:_-]+[/:_-]*|[/:_-]+/g;

function piecesOf(text: string, width: number, widthOf: (text: string) => number): string[] {
  const wide = (piece: string) => widthOf(piece.trimEnd()) > width;
  return (text.match(PIECES) ?? [])
    .flatMap((piece) => (wide(piece) ? (piece.match(PARTS) ?? []) : [piece]))
    .flatMap((piece) => (wide(piece) ? [...piece] : [piece]));
}
