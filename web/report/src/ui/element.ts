/**
 * Builds elements. Text always becomes text: there is no way to hand markup in, so nothing that comes from data can
 * become part of the page's structure.
 */

export type Child = Node | string | number | null | undefined | false

export interface Attributes {
  [name: string]: string | number | boolean | undefined | ((event: Event) => void)
}

export function h<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  return fill(document.createElement(name), attributes, children)
}

/** An element of a drawing. */
export function svg(name: string, attributes: Attributes = {}, ...children: Child[]): SVGElement {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', name), attributes, children)
}

function fill<T extends Element>(element: T, attributes: Attributes, children: Child[]): T {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value)
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? '' : String(value))
  }
  for (const child of children) {
    if (child !== null && child !== undefined && child !== false) {
      element.append(typeof child === 'object' ? child : String(child))
    }
  }
  return element
}

/** A titled part of the page. */
export function section(id: string, title: string, note: string, ...children: Child[]): HTMLElement {
  return h(
    'section',
    { id, 'aria-labelledby': `${id}-title` },
    h('h2', { id: `${id}-title` }, title),
    note !== '' && h('p', { class: 'note' }, note),
    ...children,
  )
}

/** `gain`, `loss` or nothing: colour goes along with a sign, never alone. */
export function tone(value: number | null | undefined): string {
  return value === null || value === undefined || value === 0 ? '' : value > 0 ? 'gain' : 'loss'
}
