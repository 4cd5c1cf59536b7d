/**
 * Sets anew what a page has set on an element before the element's script was there: until then that
 * is a plain property of its own, which hides the accessor of the class. To be called when connected,
 * as attributes that a constructor sets are not heard of.
 */
export function upgradeProperties(element: HTMLElement): void {
  for (const [name, value] of Object.entries(element)) {
    if (!(name in Object.getPrototypeOf(element))) continue
    Reflect.deleteProperty(element, name)
    // What can only be read is not set, and does no harm.
    Reflect.set(element, name, value)
  }
}
