/** Events of marks on products. */
import Type from 'typebox';
import { Day, type EventKinds, Id, Nullable } from './shared.ts';

const MarkedProduct = {
  product_id: Id,
  product: Type.String({ description: 'its name' }),
};
const CertificationData = Type.Object({ ...MarkedProduct, note: Type.String() });
const ClaimFields = {
  ...MarkedProduct,
  patents_left: Type.Integer({ minimum: 0, description: 'that the page of the product claims now' }),
  patent_id: Type.String({ format: 'uuid' }),
  number: Type.String({ description: 'as it is marked' }),
};
const ClaimRestoredData = Type.Object(ClaimFields);
const FalseMarkingData = Type.Object({ ...ClaimFields, legal_state: Type.String(), since: Nullable(Day) });
const MarkedLot = { product_id: Id, lot_id: Id, lot_code: Type.String() };
const SuspiciousData = Type.Object({
  ...MarkedLot,
  serial: Type.String(),
  alarmed_at: Type.String({ format: 'date-time' }),
  score: Type.Number({ description: 'log odds that the mark was copied' }),
});
const EnumeratedData = Type.Object({
  ...MarkedLot,
  hour: Type.String({ format: 'date-time' }),
  probes: Type.Integer({ description: 'forged marks that named the lot in that hour, so far' }),
});

export const MARKING_EVENTS: EventKinds = {
  'mark.product.certified': {
    summary: 'Staff certified a product: marks may be issued',
    data: CertificationData,
  },
  'mark.product.refused': { summary: 'Staff refused to certify a product', data: CertificationData },
  'mark.false_marking': {
    summary: 'A patent that a product is marked with is no longer in force: its page stopped claiming it',
    data: FalseMarkingData,
  },
  'mark.claim_restored': {
    summary: 'A patent that a product is marked with is in force again, and claimed',
    data: ClaimRestoredData,
  },
  'mark.suspicious': { summary: 'By its scans a mark was most likely copied', data: SuspiciousData },
  'mark.enumerated': { summary: 'Somebody tries out forged marks of a lot', data: EnumeratedData },
};
