import { h, svg } from '../ui/element'

export interface Bar {
  label: string
  value: number
  /** How high the bar is in words, and what else is to know. */
  title: string
  tone: string
  /** Written at the bar. */
  text?: string
}

const WIDTH = 640
const HEIGHT = 220
const FOOT = 26
/** Room for the figure above or below a bar. */
const LABEL = 20
/** Room for half a label beyond the outermost bars. */
const MARGIN = 14

/** Upright bars over a common zero; every bar can be pointed at. Drawn as SVG: sharp on paper, coloured by the style sheet. */
export function uprightBars(label: string, bars: Bar[], every = 1): HTMLElement {
  const top = Math.max(0, ...bars.map((bar) => bar.value))
  const bottom = Math.min(0, ...bars.map((bar) => bar.value))
  const room = HEIGHT - FOOT - 2 * LABEL
  const y = (value: number) => LABEL + (top === bottom ? room : ((top - value) / (top - bottom)) * room)
  const step = WIDTH / Math.max(1, bars.length)
  const drawing = svg('svg', { viewBox: `${-MARGIN} 0 ${WIDTH + 2 * MARGIN} ${HEIGHT}`, role: 'img', 'aria-label': label, class: 'bars' })
  bars.forEach((bar, i) => {
    const [high, low] = [y(Math.max(0, bar.value)), y(Math.min(0, bar.value))]
    const wide = Math.min(step * 0.78, 60)
    const left = i * step + (step - wide) / 2
    const shape = svg('rect', { x: left, y: high, width: wide, height: Math.max(bar.value === 0 ? 0 : 1, low - high), class: bar.tone })
    const group = svg('g', {}, svg('title', {}, bar.title))
    group.append(svg('rect', { x: i * step, y: 0, width: step, height: HEIGHT, class: 'target' }), shape)
    if (bar.text) {
      const above = bar.value >= 0
      group.append(svg('text', { x: left + wide / 2, y: above ? high - 4 : low + 4, class: above ? 'value' : 'value below' }, bar.text))
    }
    if (i % every === 0) group.append(svg('text', { x: i * step + step / 2, y: HEIGHT - 6, class: 'tick' }, bar.label))
    drawing.append(group)
  })
  drawing.append(svg('line', { x1: -MARGIN, x2: WIDTH + MARGIN, y1: y(0), y2: y(0), class: 'zero' }))
  return h('div', { class: 'bars-box' }, drawing)
}
