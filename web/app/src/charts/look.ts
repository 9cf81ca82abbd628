import {
  CrosshairMode,
  LineStyle,
  type ChartOptions,
  type CreatePriceLineOptions,
  type DeepPartial,
} from 'lightweight-charts'
import { colour } from '@/ui/theme'
import type { LevelLine } from './marks'

export function chartLook(): DeepPartial<ChartOptions> {
  const [panel, ink, grid] = [colour('panel'), colour('soft'), colour('raised')]
  return {
    layout: {
      background: { color: panel },
      textColor: ink,
      fontSize: 11,
      fontFamily: 'system-ui, sans-serif',
      attributionLogo: false,
    },
    grid: { vertLines: { color: grid }, horzLines: { color: grid } },
    crosshair: { mode: CrosshairMode.Normal },
    rightPriceScale: { borderColor: grid, scaleMargins: { top: 0.08, bottom: 0.18 } },
    timeScale: { borderColor: grid, timeVisible: true, secondsVisible: false, rightOffset: 6 },
  }
}

export function candleLook() {
  const [up, down] = [colour('up'), colour('down')]
  return { upColor: up, downColor: down, wickUpColor: up, wickDownColor: down, borderVisible: false }
}

const LINES: Record<LevelLine['kind'], [string, LineStyle]> = {
  position: ['accent', LineStyle.Solid],
  stop: ['loss', LineStyle.Dashed],
  target: ['gain', LineStyle.Dashed],
  buy: ['buy', LineStyle.Dotted],
  sell: ['sell', LineStyle.Dotted],
}

export function lineLook({ price, title, kind, id }: LevelLine): CreatePriceLineOptions {
  const [name, lineStyle] = LINES[kind]
  return {
    id,
    price,
    title,
    lineStyle,
    lineWidth: 1,
    color: colour(name),
    lineVisible: true,
    axisLabelVisible: true,
    axisLabelColor: colour(name),
    axisLabelTextColor: colour('panel'),
  }
}
