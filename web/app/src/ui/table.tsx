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

/**
 * A dense table. On a phone each row is a card with its heads inside: nothing hides beyond the edge. The roles are said
 * because a table that is laid out as a grid loses them in some browsers.
 */
export function Table<Row>({ label, columns, rows, rowKey, dim }: Props<Row>) {
  return (
    <div className="desk:overflow-x-auto">
      <table role="table" aria-label={label} className="w-full border-collapse phone:block">
        <thead className="sticky top-0 z-10 bg-panel text-xs text-soft phone:sr-only">
          <tr role="row">
            {columns.map((column) => (
              <th
                key={column.head}
                role="columnheader"
                scope="col"
                className={`border-b border-line px-2 py-1 whitespace-nowrap ${place(column)}`}
              >
                {column.quiet ? <span className="sr-only">{column.head}</span> : column.head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="phone:block">
          {rows.map((row) => (
            <tr
              key={rowKey(row)}
              role="row"
              className={`border-b border-line/60 hover:bg-hover phone:grid phone:grid-cols-3 phone:px-1 phone:py-1.5 ${dim?.(row) ? 'text-soft' : ''}`}
            >
              {columns.map((column) => (
                <td
                  key={column.head}
                  role="cell"
                  data-head={column.head}
                  className={`px-2 py-1 align-middle ${place(column)} ${
                    column.quiet
                      ? 'phone:col-span-3 phone:text-right phone:empty:hidden'
                      : 'phone:min-w-0 phone:py-0.5 phone:text-left phone:before:block phone:before:text-[11px] phone:before:text-soft phone:before:content-[attr(data-head)]'
                  }`}
                >
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

function place<Row>({ align, wide }: Column<Row>): string {
  return `${align === 'right' ? 'desk:text-right' : ''} ${wide ? 'hidden wide:table-cell' : ''}`
}
