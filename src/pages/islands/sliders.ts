/** Sliders beside fields, which move with them; without scripts the fields alone do. */
const DAY_MS = 86_400_000;

export function addSliders(): void {
  for (const field of document.querySelectorAll<HTMLInputElement>('input[data-slider]')) {
    const { min, step } = field;
    couple(field, { min, step, max: field.dataset.slider! }, String, String);
  }
  for (const field of document.querySelectorAll<HTMLInputElement>('input[data-day-slider]')) {
    const bounds = { min: numberOf(field.min), step: '1', max: numberOf(field.max) };
    const slider = couple(field, bounds, (day) => (day === '' ? bounds.max : numberOf(day)), dayOf);
    slider.addEventListener('change', () => field.form?.requestSubmit());
  }
}

function couple(
  field: HTMLInputElement,
  bounds: { min: string; max: string; step: string },
  toSlider: (text: string) => string,
  toField: (text: string) => string,
): HTMLInputElement {
  const slider = document.createElement('input');
  slider.type = 'range';
  Object.assign(slider, bounds);
  slider.value = toSlider(field.value);
  slider.setAttribute('aria-label', field.labels?.[0]?.textContent ?? '');
  slider.setAttribute('aria-valuetext', field.value);
  slider.addEventListener('input', () => {
    field.value = toField(slider.value);
    slider.setAttribute('aria-valuetext', field.value);
  });
  field.addEventListener('input', () => {
    slider.value = toSlider(field.value);
  });
  field.after(slider);
  return slider;
}

/** Days since 1970. */
function numberOf(day: string): string {
  return String(Math.round(Date.parse(`${day}T00:00:00Z`) / DAY_MS));
}

function dayOf(number: string): string {
  return new Date(Number(number) * DAY_MS).toISOString().slice(0, 10);
}
