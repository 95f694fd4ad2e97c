/** A form that is over its limit is not sent, so that nothing of what was typed is lost. */
export function holdBackTooLarge(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>('form[data-limit-bytes]'))
    form.addEventListener('submit', (event) => {
      const { limitBytes, limitField, limitSaid } = form.dataset;
      const field = form.elements.namedItem(limitField!) as HTMLElement;
      const id = `${field.id}-too-large`;
      document.getElementById(id)?.remove();
      field.removeAttribute('aria-errormessage');
      if (bytesOf(form) <= Number(limitBytes)) return;
      event.preventDefault();
      const said = document.createElement('p');
      Object.assign(said, { id, className: 'fault', textContent: limitSaid });
      said.setAttribute('role', 'alert');
      field.after(said);
      field.setAttribute('aria-invalid', 'true');
      field.setAttribute('aria-errormessage', id);
      field.focus();
    });
}

/** Of its files, or of all that is sent where it sends none. */
function bytesOf(form: HTMLFormElement): number {
  const values = [...new FormData(form)];
  if (form.enctype === 'multipart/form-data')
    return values.reduce((sum, [, value]) => sum + (value instanceof File ? value.size : 0), 0);
  return new URLSearchParams(values as [string, string][]).toString().length;
}
