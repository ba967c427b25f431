// There is one pointer, so at most one element it waits or rests on.
let timer: ReturnType<typeof setTimeout> | undefined;
let rested: { readonly element: Element; readonly end: () => void } | undefined;

/** Calls `start` once the pointer has rested on the element for `delay` milliseconds, and `end` when that is over. */
export function onDwell(element: HTMLElement, delay: number, start: () => void, end: () => void): void {
  element.addEventListener('pointerenter', () => {
    endDwell();
    timer = setTimeout(() => {
      if (!element.isConnected) return;
      rested = { element, end };
      start();
    }, delay);
  });
  element.addEventListener('pointerleave', () => {
    if (rested === undefined || rested.element === element) endDwell();
  });
}

/** Ends what the pointer waits for or rests on. */
export function endDwell(): void {
  clearTimeout(timer);
  rested?.end();
  rested = undefined;
}

/** The same where that element is no longer in the page: it gets no `pointerleave`. */
export function endDwellOfRemoved(): void {
  if (rested?.element.isConnected === false) endDwell();
}
