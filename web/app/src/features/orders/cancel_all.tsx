import { useMutation, useQueryClient } from '@tanstack/react-query'
import { client, take } from '@/api/client'
import type { Account, Mode } from '@/api/types'
import { Button } from '@/ui/button'
import { Deeds, Dialog } from '@/ui/dialog'
import { ModeBadge } from '@/ui/mode_badge'
import { done, failed } from '@/ui/report'

interface Props {
  account: Account
  count: number
  mode: Mode
  onClose: () => void
}

export function CancelAll({ account, count, mode, onClose }: Props) {
  const cache = useQueryClient()
  const cancel = useMutation({
    mutationFn: () => take(client.DELETE('/api/orders', { params: { query: { accountId: account.id } } })),
    onSuccess: ({ cancelled }) => {
      done(`${cancelled.length} of ${count} orders cancelled`)
      void cache.invalidateQueries({ queryKey: ['orders'] })
      onClose()
    },
    onError: (error) => failed('Not all cancelled', error),
  })
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Cancel ${count} open orders?`}
      about="Positions stay open; close them under Positions."
    >
      <p className="flex items-center gap-2">
        <ModeBadge mode={mode} /> {account.name}
      </p>
      <Deeds>
        <Button onClick={onClose}>Keep them</Button>
        <Button kind="danger" busy={cancel.isPending} onClick={() => cancel.mutate()}>
          Cancel {count} orders
        </Button>
      </Deeds>
    </Dialog>
  )
}
