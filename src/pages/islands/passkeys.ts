/** Passkeys are the one thing that takes a script: the browser hands them out to nothing else. */
const PROOF = '/account/proof?return_to=%2Faccount';

export function usePasskeys(): void {
  if (!globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON) return;
  for (const form of document.querySelectorAll<HTMLFormElement>('form[data-passkey]')) {
    form.hidden = false;
    const act = form.dataset.passkey === 'register' ? register : signIn;
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const fault = form.querySelector<HTMLElement>('[role=alert]')!;
      fault.hidden = true;
      act(form).catch(() => {
        fault.hidden = false;
      });
    });
  }
}

async function signIn(form: HTMLFormElement): Promise<void> {
  const options = await post('/v1/sessions/passkey-options', {});
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(await options.json());
  const credential = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential;
  await post('/v1/sessions/passkey', { credential: credential.toJSON() });
  // Not by requestSubmit, which would come here again.
  form.submit();
}

async function register(form: HTMLFormElement): Promise<void> {
  const token = form.dataset.csrf!;
  const options = await post('/v1/passkeys/options', {}, token);
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(await options.json());
  const credential = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential;
  const label = form.querySelector<HTMLInputElement>('[name=label]')!.value;
  await post('/v1/passkeys', { label, credential: credential.toJSON() }, token);
  location.reload();
}

/** Who must first show again who it is, is led there. */
async function post(address: string, body: object, token?: string): Promise<Response> {
  const answer = await fetch(address, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token !== undefined && { 'x-csrf-token': token }) },
    body: JSON.stringify(body),
  });
  if (answer.ok) return answer;
  const problem = (await answer.json()) as { code?: string };
  if (problem.code === 'proof_needed') location.assign(PROOF);
  throw new Error(problem.code);
}
