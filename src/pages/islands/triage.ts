/**
 * The queue by single keys: j and k go from case to case, Enter opens as links do, c takes the case on. Single keys disturb who
 * speaks to a computer, so they can be switched off, and are kept off in this browser.
 */
const KEPT_AS = 'triage';

export function triageByKeys(): void {
  const holder = document.querySelector<HTMLElement>('[data-triage]');
  const toggle = holder?.querySelector('button');
  if (!holder || !toggle) return;
  holder.hidden = false;
  const show = () => {
    toggle.textContent = (isOff() ? toggle.dataset.off : toggle.dataset.on) ?? '';
    toggle.setAttribute('aria-pressed', String(!isOff()));
  };
  show();
  toggle.addEventListener('click', () => {
    if (isOff()) localStorage.removeItem(KEPT_AS);
    else localStorage.setItem(KEPT_AS, 'off');
    show();
  });
  document.addEventListener('keydown', (event) => {
    if (isOff() || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (event.key === 'j') go(1);
    else if (event.key === 'k') go(-1);
    else if (event.key === 'c') claim();
    else return;
    event.preventDefault();
  });
}

function isOff(): boolean {
  return localStorage.getItem(KEPT_AS) === 'off';
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input:not([type=checkbox]), textarea, select');
}

function rows(): HTMLTableRowElement[] {
  return [...document.querySelectorAll<HTMLTableRowElement>('form.picking tbody tr')];
}

function here(): number {
  return rows().findIndex((row) => row.contains(document.activeElement));
}

/** From nowhere to the first. */
function go(step: 1 | -1): void {
  const all = rows();
  const next = Math.min(all.length - 1, Math.max(0, here() + step));
  all[next]?.querySelector('a')?.focus();
}

/** The case at hand, and those that were picked before. */
function claim(): void {
  const box = rows()[here()]?.querySelector<HTMLInputElement>('input[type=checkbox]');
  if (!box) return;
  box.checked = true;
  box.form?.requestSubmit();
}
