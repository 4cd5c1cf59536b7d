import { html, svg, type TemplateResult } from 'lit'

/** A picture of 24 by 24, stroked in the colour of the text around it. */
export const drawing = (content: TemplateResult<2>, width: number) => html`
  <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width=${width}
    stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${content}</svg>`

export const mark = drawing(svg`<path d="M12 7v10M7 12h10"/>`, 2.2)
export const check = drawing(svg`<path d="m5 12.5 4.7 4.7L19 7.8"/>`, 2.8)
export const phone = drawing(
  svg`<rect x="7" y="2.5" width="10" height="19" rx="2.4"/><path d="M11 18h2"/>`,
  1.7,
)
export const paper = drawing(
  svg`<path d="M6.5 3h11v18l-2.2-1.6-1.6 1.6-1.7-1.6-1.7 1.6-1.6-1.6L6.5 21zM10 8h4M10 12h4"/>`,
  1.7,
)
export const arrow = drawing(svg`<path d="M4.5 12h15M13 5.5l6.5 6.5-6.5 6.5"/>`, 2)
export const person = drawing(
  svg`<circle cx="12" cy="7.5" r="4"/><path d="M4.5 20.5c.6-3.8 3.6-6 7.5-6s6.9 2.2 7.5 6"/>`,
  1.8,
)
export const clock = drawing(svg`<circle cx="12" cy="12" r="8.5"/><path d="M12 7.5V12l3 2"/>`, 1.8)
export const cross = drawing(svg`<path d="m7 7 10 10M17 7 7 17"/>`, 2.4)
export const unplugged = drawing(
  svg`<path d="M4.5 9.5a11 11 0 0 1 4-2.3M19.5 9.5a11 11 0 0 0-6-2.9M8 13.2a6 6 0 0 1 2-1.2M16 13.2a6 6 0 0 0-1.2-.8M4 4l16 16"/><path d="M12 17.5h.01" stroke-width="2.6"/>`,
  1.8,
)
/** A screen that nobody has enrolled yet, and one that an operator has switched off. */
export const newScreen = drawing(
  svg`<rect x="3" y="4.5" width="18" height="12" rx="2" stroke-dasharray="3.4 2.4"/><path d="M9 20.5h6M12 16.5v4M12 8v5M9.5 10.5h5"/>`,
  1.7,
)
export const screenOff = drawing(
  svg`<rect x="3" y="4.5" width="18" height="12" rx="2"/><path d="M9 20.5h6M12 16.5v4M12 7.3v2.9M10 8.6a2.7 2.7 0 1 0 4 0"/>`,
  1.7,
)
export const corners = drawing(
  svg`<path d="M3 8V5.5A2.5 2.5 0 0 1 5.5 3H8M16 3h2.5A2.5 2.5 0 0 1 21 5.5V8M21 16v2.5a2.5 2.5 0 0 1-2.5 2.5H16M8 21H5.5A2.5 2.5 0 0 1 3 18.5V16"/>`,
  0.5,
)
