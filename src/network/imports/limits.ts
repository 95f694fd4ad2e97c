/** Limits of one imported list. */
export const MAX_FILE_BYTES = 4 * 2 ** 20;
/** A JSON body holds the file in base64. */
export const IMPORT_BODY_BYTES = Math.ceil((MAX_FILE_BYTES * 4) / 3) + 16_384;
export const MAX_ROWS = 20_000;
export const MAX_COLUMNS = 100;
export const MAX_CELL_CHARS = 2_000;
/** Of a spreadsheet, unpacked: its rows and texts are read as a stream, never whole. */
export const MAX_UNPACKED_BYTES = 64 * 2 ** 20;
export const MAX_ENTRIES = 1_000;
/** Texts that the cells of a spreadsheet share; they alone are held. */
export const MAX_SHARED_CHARS = 16 * 2 ** 20;
/** Unpacked over packed bytes. */
export const MAX_RATIO = 100;
/** Of one desk, previews that were neither put in force nor taken back. */
export const MAX_OPEN_PREVIEWS = 5;
