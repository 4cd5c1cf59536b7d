import { html, svg } from 'lit'

/** A picture of 24 by 24, stroked in the colour of the text around it. */
const drawing = (path: string, width = 1.8) => html`
  <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width=${width}
    stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${svg`<path d=${path} />`}</svg>`

export const mark = drawing('M12 7v10M7 12h10', 2.2)
export const plus = drawing('M12 5v14M5 12h14', 2)
export const more = drawing('M5 12h.01M12 12h.01M19 12h.01', 3.2)
export const bell = drawing(
  'M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15zM10 20.5a2.2 2.2 0 0 0 4 0M12 5V3.5',
)
export const sound = drawing(
  'M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM15.5 9a4.2 4.2 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11',
)
