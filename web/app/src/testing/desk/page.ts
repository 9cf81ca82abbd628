/** A list that ends on its first page. */
export function page<Item>(items: Item[]): { items: Item[]; next: null } {
  return { items, next: null }
}
