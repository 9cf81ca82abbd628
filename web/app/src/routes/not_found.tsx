import { Link } from 'react-router'
import { useTitle } from '@/ui/use_title'

export function NotFound() {
  useTitle('Not found', undefined)
  return (
    <main className="p-8">
      <h1 className="mb-2 text-base font-semibold">There is no such page</h1>
      <Link to="/" className="text-accent underline">
        To the desk
      </Link>
    </main>
  )
}
