import { X } from 'lucide-react'
import { Dialog as Radix } from 'radix-ui'
import type { ReactNode } from 'react'

interface Props {
  open: boolean
  onOpenChange: (open: boolean) => void
  title: string
  /** One sentence: what this is about. Read out when the dialog opens. */
  about?: ReactNode
  children: ReactNode
  tone?: 'plain' | 'danger'
}

export function Dialog({ open, onOpenChange, title, about, children, tone = 'plain' }: Props) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-black/50" />
        <Radix.Content
          {...(about ? {} : { 'aria-describedby': undefined })}
          className={`fixed z-50 flex max-h-[92dvh] flex-col overflow-y-auto border bg-panel shadow-xl phone:inset-x-0 phone:bottom-0 phone:rounded-t-xl desk:top-1/2 desk:left-1/2 desk:w-[30rem] desk:-translate-1/2 desk:rounded-lg ${tone === 'danger' ? 'border-danger' : 'border-line'}`}
        >
          <header className="flex items-start gap-2 px-4 pt-3 pb-1">
            <Radix.Title className={`flex-1 text-base font-semibold ${tone === 'danger' ? 'text-danger' : ''}`}>
              {title}
            </Radix.Title>
            <Radix.Close aria-label="Close dialog" className="rounded p-1 text-soft hover:bg-hover">
              <X size={16} aria-hidden />
            </Radix.Close>
          </header>
          {about && (
            <Radix.Description asChild>
              <div className="px-4 pb-2 text-soft">{about}</div>
            </Radix.Description>
          )}
          <div className="px-4 pb-4">{children}</div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

/** The buttons at a dialog's foot: the way out first, the deed last. */
export function Deeds({ children }: { children: ReactNode }) {
  return <div className="mt-4 flex flex-wrap justify-end gap-2">{children}</div>
}
