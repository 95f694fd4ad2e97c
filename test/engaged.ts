/** A draft of a firm's that an agency of the directory works on, a message about it, and the package that was made of it. */
import type { Party, TestService } from './service.ts';

const ENTRY = {
  licence_number: '1',
  register_names: ['Agents'],
  offices: ['EP'],
  languages: ['en'],
  about: '',
};
const DRAFT = {
  ...{ reference: 'engaged', form: 'EP', right_type: 'invention', language: 'en', title: 'Pump' },
  ...{ claims: '1. A pump with a rotor.', description: 'A pump with a rotor.', abstract: 'A pump.' },
};

export async function engagedDraft({ call, firm_a, agency, staff }: TestService) {
  const made = async <Body>(
    party: Party,
    method: 'POST' | 'PUT',
    url: string,
    body: object,
  ): Promise<Body> => {
    const answer = await call<Body>(party.key, method, url, body);
    if (answer.status >= 300) throw new Error(`${method} ${url}: ${answer.status} ${answer.text}`);
    return answer.body;
  };
  await made(agency, 'PUT', '/v1/agencies/own', ENTRY);
  const decision = { state: 'admitted', reason: 'licence seen' };
  await made(staff, 'POST', `/v1/agencies/${agency.id}/decisions`, decision);
  const { draft } = await made<{ draft: { id: string } }>(firm_a, 'POST', '/v1/filing/drafts', DRAFT);
  const asked = {
    draft_id: draft.id,
    agency_id: agency.id,
    instruction: 'File it.',
    accepted_conflicts: [],
  };
  const { id: engagement_id } = await made<{ id: string }>(firm_a, 'POST', '/v1/filing/engagements', asked);
  const engagement = `/v1/filing/engagements/${engagement_id}`;
  await made(agency, 'POST', `${engagement}/steps`, { step: 'accepted' });
  await made(agency, 'POST', `${engagement}/messages`, { body: 'We begin.' });
  const url = `/v1/filing/drafts/${draft.id}/packages`;
  const { id: package_id } = await made<{ id: string }>(firm_a, 'POST', url, { despite_errors: true });
  return { draft_id: draft.id, engagement_id, package_id };
}
