import { h } from '../graph/dom';

export interface NumberField {
  readonly input: HTMLInputElement;
  /** What is wrong with the number typed. */
  readonly error: HTMLElement;
  /** Shows the number of the config; one that is being typed stays unless the config's changed. */
  set(value: number): void;
}

/** A number typed or stepped to: a valid one becomes a change, Escape brings the config's back. */
export function numberField(settings: {
  /** Unique in the page. */
  readonly id: string;
  readonly label: string;
  readonly min: number;
  readonly step: string;
  /** Said where the number is not valid. */
  readonly needs: string;
  readonly describedBy: string;
  readonly onChange: (value: number) => void;
}): NumberField {
  const { id, label, min, step, needs, describedBy, onChange } = settings;
  const error = h('p', { class: 'error', id: `${id}-error`, role: 'alert', hidden: true });
  let known: number | undefined;

  function check(): boolean {
    const isValid = input.validity.valid;
    input.setAttribute('aria-invalid', String(!isValid));
    error.hidden = isValid;
    error.textContent = isValid ? '' : needs;
    return isValid;
  }

  function put(value: number | undefined): void {
    input.value = String(value);
    check();
  }

  const input = h('input', {
    type: 'number', id, required: true, min: String(min), step, 'aria-label': label, 'aria-describedby': `${describedBy} ${id}-error`,
    onchange: () => {
      if (!check() || input.valueAsNumber === known) return;
      known = input.valueAsNumber;
      onChange(known);
    },
    onkeydown: (event) => {
      if ((event as KeyboardEvent).key === 'Escape') put(known);
    },
  });
  return {
    input,
    error,
    set(value) {
      if (value === known) return;
      known = value;
      put(value);
    },
  };
}
