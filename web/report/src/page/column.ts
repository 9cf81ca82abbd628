import type { Column, Names } from './types'

/**
 * Reads a column: base64 of LEB128 of zigzag numbers, differences if `delta`, times `unit`.
 * Sums and products rather than shifts: values reach beyond 32 bits, and are exact up to 53.
 */
export function decode(column: Column): Float64Array {
  const bytes = atob(column.data)
  const values = new Float64Array(column.n)
  let at = 0
  let last = 0
  for (let i = 0; i < column.n; i++) {
    let byte = bytes.charCodeAt(at++)
    let number = byte & 127
    for (let scale = 128; byte > 127; scale *= 128) {
      byte = bytes.charCodeAt(at++)
      number += (byte & 127) * scale
    }
    const value = number % 2 === 0 ? number / 2 : -(number + 1) / 2
    last = column.delta ? last + value : value
    values[i] = last * column.unit
  }
  return values
}

/** Places in `names`, one a row. */
export function places(names: Names): Uint32Array {
  return Uint32Array.from(decode(names.of))
}

/** The place of the last of `sorted` that is not above `value`; -1 if all are. */
export function lastAtOrBefore(sorted: ArrayLike<number>, value: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] as number) <= value) low = middle + 1
    else high = middle
  }
  return low - 1
}
