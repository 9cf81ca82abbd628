import type { ReactNode } from 'react'

export interface Column<Row> {
  head: string
  cell: (row: Row) => ReactNode
  /** Numbers stand to the right, under each other. */
  align?: 'left' | 'right'
  /** Left out where there is little room. */
  wide?: boolean
  /** For deeds, whose head is read but not shown. */
  quiet?: boolean
}

interface Props<Row> {
  label: string
  columns: Column<Row>[]
  rows: Row[]
  rowKey: (row: Row) => string | number
  dim?: (row: Row) => boolean
}

/** A dense table. It scrolls in its own box, never the page. */
export function Table<Row>({ label, columns, rows, rowKey, dim }: Props<Row>) {
  const side = (column: Column<Row>) =>
    `${column.align === 'right' ? 'text-right' : 'text-left'} ${column.wide ? 'hidden wide:table-cell' : ''}`
  return (
    <div className="overflow-x-auto">
      <table aria-label={label} className="w-full border-collapse">
        <thead className="sticky top-0 z-10 bg-panel text-xs text-soft">
          <tr>
            {columns.map((column) => (
              <th
                key={column.head}
                scope="col"
                className={`border-b border-line px-2 py-1 whitespace-nowrap ${side(column)}`}
              >
                {column.quiet ? <span className="sr-only">{column.head}</span> : column.head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)} className={`border-b border-line/60 hover:bg-hover ${dim?.(row) ? 'text-soft' : ''}`}>
              {columns.map((column) => (
                <td key={column.head} className={`px-2 py-1 align-middle ${side(column)}`}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
