/** The archive of a package: its files, and a manifest that names each with its digest. */
import { sha256 } from '../../canonical.ts';
import { VERSION } from '../../package.ts';
import type { Draft, DraftVersion } from '../drafts/store.ts';
import { packed } from './archive.ts';
import { bodyOf } from './body.ts';
import { applicationDocx } from './docx.ts';
import { DOCX_NAME, MANIFEST_NAME, PDF_NAME, XML_NAME } from './names.ts';
import { applicationPdf } from './pdf.ts';
import { st96Xml } from './st96.ts';

export interface PackageFile {
  name: string;
  sha256: string;
  size_bytes: number;
}

export interface MadePackage {
  archive: Uint8Array;
  files: PackageFile[];
}

/** Equal drafts give equal bytes under one version of the program. @throws Problem `refused` */
export async function makeArchive(draft: Draft, text: DraftVersion): Promise<MadePackage> {
  const body = bodyOf(draft, text);
  const contents = {
    [XML_NAME]: Buffer.from(st96Xml(body)),
    [DOCX_NAME]: await applicationDocx(body),
    [PDF_NAME]: await applicationPdf(body),
  };
  const files = Object.entries(contents).map(([name, bytes]) => fileOf(name, bytes));
  const { reference, form, right_type, language } = draft;
  const about = { reference, form, right_type, language, version: text.version, draft_sha256: text.sha256 };
  const manifest = Buffer.from(`${JSON.stringify({ ...about, made_with: VERSION, files }, null, 2)}\n`);
  return {
    archive: packed({ ...contents, [MANIFEST_NAME]: manifest }),
    files: [...files, fileOf(MANIFEST_NAME, manifest)],
  };
}

function fileOf(name: string, bytes: Uint8Array): PackageFile {
  return { name, sha256: sha256(Buffer.from(bytes)).toString('hex'), size_bytes: bytes.length };
}
