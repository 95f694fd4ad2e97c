/** A form that only asks is sent as soon as a choice is made; its button stays for who has no script. */
export function submitOnChange(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>('form.ask'))
    form.addEventListener('change', (event) => {
      if (event.target instanceof HTMLSelectElement) form.requestSubmit();
    });
}
