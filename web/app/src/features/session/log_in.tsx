import { zodResolver } from '@hookform/resolvers/zod'
import { useEffect, useState } from 'react'
import { useForm } from 'react-hook-form'
import { z } from 'zod'
import { client, take } from '@/api/client'
import { asProblem } from '@/api/problem'
import { session } from '@/api/session'
import type { AuthStatus } from '@/api/types'
import { Button } from '@/ui/button'
import { TextField } from '@/ui/field'
import { Door } from './door'

const schema = z.object({
  name: z.string().min(1, 'enter your name'),
  password: z.string().min(1, 'enter your password'),
  totp: z.string(),
})
type Draft = z.infer<typeof schema>

export function LogIn({ status, because }: { status: AuthStatus; because: string | null }) {
  const [wantsCode, setWantsCode] = useState(false)
  const [refused, setRefused] = useState<string | null>(null)
  const { register, handleSubmit, formState, setError, setFocus } = useForm<Draft>({
    resolver: zodResolver(schema),
    defaultValues: { name: status.demo?.name ?? '', password: status.demo?.password ?? '', totp: '' },
  })
  useEffect(() => {
    if (wantsCode) setFocus('totp')
  }, [wantsCode, setFocus])

  const submit = handleSubmit(async ({ name, password, totp }) => {
    setRefused(null)
    try {
      const body = { name, password, ...(totp ? { totp: totp.replaceAll(' ', '') } : {}) }
      session.begin(await take(client.POST('/api/auth/login', { body })))
    } catch (thrown) {
      const problem = asProblem(thrown)
      if (problem.code === 'totp_required') {
        setWantsCode(true)
        if (totp) setError('totp', { message: problem.message })
      } else if (problem.field === 'name' || problem.field === 'password' || problem.field === 'totp') {
        setError(problem.field, { message: problem.message })
      } else setRefused(problem.message)
    }
  })

  return (
    <Door title="Log in" mode={status.mode}>
      {status.demo && (
        <div className="mb-3 rounded border-2 border-warn bg-warn-back p-3 text-warn">
          <strong className="block text-sm">DEMO: anyone can log in here</strong>
          User <code className="font-bold">{status.demo.name}</code>, password{' '}
          <code className="font-bold">{status.demo.password}</code>, filled in below. A simulated market, no real money.
        </div>
      )}
      <form onSubmit={submit} noValidate className="flex flex-col gap-3" aria-label="Log in">
        <TextField
          label="Name"
          autoFocus={!status.demo}
          autoComplete="username"
          error={formState.errors.name?.message}
          {...register('name')}
        />
        <TextField
          label="Password"
          type="password"
          autoComplete="current-password"
          error={formState.errors.password?.message}
          {...register('password')}
        />
        {wantsCode && (
          <TextField
            label="Code of your authenticator app"
            inputMode="numeric"
            autoComplete="one-time-code"
            hint="six digits; a new code every 30 seconds"
            error={formState.errors.totp?.message}
            {...register('totp')}
          />
        )}
        {because && !refused && (
          <p role="status" className="text-soft">
            {because}
          </p>
        )}
        {refused && (
          <p role="alert" className="text-danger">
            {refused}
          </p>
        )}
        <Button type="submit" autoFocus={Boolean(status.demo)} kind="main" size="large" busy={formState.isSubmitting}>
          Log in
        </Button>
      </form>
    </Door>
  )
}
