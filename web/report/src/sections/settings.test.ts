import { describe, expect, it } from 'vitest'
import { differing } from './settings'

describe('differing', () => {
  it('names what is not the same in all runs', () => {
    expect(differing([{ qty: 50, side: 'both' }, { qty: 75, side: 'both', stop: 'pct=1' }])).toEqual(['qty', 'stop'])
  })

  it('leaves out what is too long to stand in a column', () => {
    expect(differing([{ rules: 'name = "a"\n'.repeat(40), warnings: ['x'] }, { rules: null, warnings: [] }])).toEqual([])
  })
})
