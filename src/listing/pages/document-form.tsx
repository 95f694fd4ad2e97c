/** A file is put into the data room of a listing. */
import Type from 'typebox';
import { Closed } from '../../http/schemas.ts';
import type { Words } from '../../pages/language/words.ts';
import type { LargeForm } from '../../pages/large-forms.ts';
import { type Faults, SendForm, TextField } from '../../pages/parts/forms.tsx';
import { Typed } from '../../pages/refusable-forms.ts';
import { useView } from '../../pages/view.ts';
import { ENDINGS, faultOf, MAX_DOCUMENT_BYTES, mediaTypeOf } from '../data-room/files.ts';
import type { GivenDocument } from '../data-room/service.ts';
import { MAX_NAME_LENGTH } from '../schemas.ts';
import { requireNone } from './typed.ts';

const MEBIBYTE = 1_048_576;
/** What is over the limit is still read up to here, to be told of with all that is wrong with it. */
export const DOCUMENT_SIZE: LargeForm = {
  body_bytes: 4 * MAX_DOCUMENT_BYTES,
  limit_bytes: MAX_DOCUMENT_BYTES,
  field: 'file',
};

export const DocumentFields = Closed({
  file: Type.String({ maxLength: 2 * DOCUMENT_SIZE.body_bytes }),
  file_name: Typed,
});

export function DocumentForm({ action, faults }: { action: string; faults: Faults }) {
  const { words } = useView();
  return (
    <SendForm files large={DOCUMENT_SIZE} action={action} send={words.say('document.add')}>
      <TextField
        name="file"
        label={words.say('listing.document')}
        hint={hintOf(words)}
        fault={faults.file}
        input={{ type: 'file', accept: ENDINGS.map((ending) => `.${ending}`).join(','), required: true }}
      />
    </SendForm>
  );
}

/** @throws Problem `bad_request` beside the field, in the reader's language */
export function documentOf(
  { file, file_name }: { file: string; file_name: string },
  words: Words,
): GivenDocument {
  const media_type = mediaTypeOf(file_name);
  const fault = faultOf(Buffer.from(file, 'base64'), media_type);
  const text = fault && `${words.say(`document.${fault}`)} ${hintOf(words)}`;
  requireNone(text === null ? {} : { file: text });
  return { name: file_name.slice(-MAX_NAME_LENGTH), media_type: media_type!, content_base64: file };
}

function hintOf(words: Words): string {
  const endings = ENDINGS.map((ending) => ending.toUpperCase()).join(', ');
  return words.say('document.hint', { endings, size: words.number(MAX_DOCUMENT_BYTES / MEBIBYTE) });
}
