import type { IChartApi, IPrimitivePaneView, ISeriesApi, ISeriesPrimitive, SeriesAttachedParameter, Time } from 'lightweight-charts'
import { colour } from '../ui/theme'

/** A trade on the candles: which candles it begins and ends in, and at what prices (1/10,000 rupee). */
export interface Mark {
  /** -1 for a position that is still open. */
  trade: number
  entry: number
  entryPrice: number
  exit: number
  exitPrice: number
  short: boolean
  pnl: number
}

/** Distance between candles, in pixels, below which only a tick is drawn for each trade. */
const ROOM_FOR_SHAPES = 1.2
/** Shapes on one screen beyond which they would cover the candles. */
const MOST_SHAPES = 1_500

/**
 * Draws entries, exits and the line between them, of the trades in view only: a hundred thousand cost no more than what
 * is seen. Shapes tell what colour tells: a triangle points the way of the trade, a square is its exit.
 */
export class TradeMarks implements ISeriesPrimitive<Time> {
  selected = -1
  private series: ISeriesApi<'Candlestick'> | null = null
  private chart: IChartApi | null = null
  private redraw: () => void = () => {}

  constructor(private readonly marks: Mark[]) {}

  attached(to: SeriesAttachedParameter<Time>): void {
    this.series = to.series as ISeriesApi<'Candlestick'>
    this.chart = to.chart as IChartApi
    this.redraw = to.requestUpdate
  }

  detached(): void {
    this.series = null
  }

  select(trade: number): void {
    this.selected = trade
    this.redraw()
  }

  paneViews(): readonly IPrimitivePaneView[] {
    return this.views
  }

  private readonly views: readonly IPrimitivePaneView[] = [
    {
      zOrder: () => 'top',
      renderer: () => ({
        draw: (target) => target.useMediaCoordinateSpace(({ context }) => this.draw(context)),
      }),
    },
  ]

  private draw(context: CanvasRenderingContext2D): void {
    const range = this.chart?.timeScale().getVisibleLogicalRange()
    if (!range) return
    const seen = this.marks.filter((mark) => mark.exit >= range.from && mark.entry <= range.to)
    const spacing = this.chart?.timeScale().options().barSpacing ?? 6
    const shapes = spacing >= ROOM_FOR_SHAPES && seen.length <= MOST_SHAPES
    for (const mark of seen) this.drawLine(context, mark)
    for (const mark of seen) if (shapes || this.isChosen(mark)) this.drawEntry(context, mark)
    for (const mark of seen) if (shapes || this.isChosen(mark)) this.drawExit(context, mark)
  }

  private isChosen({ trade }: Mark): boolean {
    return trade >= 0 && trade === this.selected
  }

  private drawLine(context: CanvasRenderingContext2D, mark: Mark): void {
    const [from, to] = [this.place(mark.entry, mark.entryPrice), this.place(mark.exit, mark.exitPrice)]
    if (!from || !to) return
    const chosen = this.isChosen(mark)
    context.strokeStyle = colour(mark.pnl < 0 ? 'loss' : 'gain')
    context.lineWidth = chosen ? 2.5 : 1.5
    context.setLineDash(chosen ? [] : [4, 3])
    context.beginPath()
    context.moveTo(from.x, from.y)
    context.lineTo(to.x, to.y)
    context.stroke()
    context.setLineDash([])
  }

  /** A triangle whose tip is the price, and points the way of the trade. */
  private drawEntry(context: CanvasRenderingContext2D, mark: Mark): void {
    const at = this.place(mark.entry, mark.entryPrice)
    if (!at) return
    const size = this.isChosen(mark) ? 8 : 6
    const way = mark.short ? -1 : 1
    context.fillStyle = colour('mark')
    context.strokeStyle = colour('card')
    context.lineWidth = 1
    context.beginPath()
    context.moveTo(at.x, at.y)
    context.lineTo(at.x - size, at.y + way * size * 1.8)
    context.lineTo(at.x + size, at.y + way * size * 1.8)
    context.closePath()
    context.fill()
    context.stroke()
  }

  private drawExit(context: CanvasRenderingContext2D, mark: Mark): void {
    const at = mark.trade < 0 ? null : this.place(mark.exit, mark.exitPrice)
    if (!at) return
    const half = this.isChosen(mark) ? 5 : 3.5
    context.fillStyle = colour(mark.pnl < 0 ? 'loss' : 'gain')
    context.strokeStyle = colour('card')
    context.lineWidth = 1
    context.beginPath()
    context.rect(at.x - half, at.y - half, 2 * half, 2 * half)
    context.fill()
    context.stroke()
  }

  private place(candle: number, price: number): { x: number; y: number } | null {
    const x = this.chart?.timeScale().logicalToCoordinate(candle as never)
    const y = this.series?.priceToCoordinate(price / 10_000)
    return x === null || x === undefined || y === null || y === undefined ? null : { x, y }
  }
}
