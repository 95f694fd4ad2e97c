/**
 * A part of the page that follows what it shows: when the service tells that it changed, it is drawn anew, from an address of
 * its own where it has one; while something in it is picked, only a notice is shown, so that nothing moves under the hand.
 */
export function followLive(): void {
  for (const part of document.querySelectorAll<HTMLElement>('[data-live]')) {
    const source = new EventSource(part.dataset.live!);
    source.addEventListener('message', () => void renew(part));
    window.addEventListener('pagehide', () => source.close());
  }
}

async function renew(part: HTMLElement): Promise<void> {
  if (part.querySelector('input:checked')) return void showNotice(part);
  const answer = await fetch(part.dataset.livePage ?? location.href, {
    headers: { accept: 'text/html' },
  }).catch(() => null);
  if (!answer?.ok || answer.redirected) return void showNotice(part);
  const fresh = new DOMParser()
    .parseFromString(await answer.text(), 'text/html')
    .querySelector('[data-live]');
  if (!fresh || part.querySelector('input:checked')) return void showNotice(part);
  const held = part.contains(document.activeElement) ? document.activeElement?.getAttribute('href') : null;
  part.replaceChildren(...fresh.childNodes);
  if (held) part.querySelector<HTMLElement>(`a[href="${CSS.escape(held)}"]`)?.focus();
}

function showNotice(part: HTMLElement): void {
  const notice = document.querySelector<HTMLElement>('[data-live-notice]');
  if (notice && part.isConnected) notice.hidden = false;
}
