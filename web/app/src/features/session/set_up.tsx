import { zodResolver } from '@hookform/resolvers/zod'
import { useState } from 'react'
import { useForm } from 'react-hook-form'
import { z } from 'zod'
import { client, take } from '@/api/client'
import { asProblem } from '@/api/problem'
import { session } from '@/api/session'
import type { AuthStatus } from '@/api/types'
import { Button } from '@/ui/button'
import { TextField } from '@/ui/field'
import { Door } from './door'

const schema = z
  .object({
    setupToken: z.string().trim().min(1, 'paste the token that the server printed when it started'),
    name: z.string().trim().min(1, 'choose a name'),
    password: z.string().min(10, 'use at least 10 characters'),
    again: z.string(),
  })
  .refine((draft) => draft.password === draft.again, { path: ['again'], message: 'the two passwords differ' })
type Draft = z.infer<typeof schema>
const FIELDS = ['setupToken', 'name', 'password'] as const

/** The first run: whoever can read the server's console becomes the admin. */
export function SetUp({ status, onDone }: { status: AuthStatus; onDone: () => void }) {
  const [refused, setRefused] = useState<string | null>(null)
  const { register, handleSubmit, formState, setError } = useForm<Draft>({
    resolver: zodResolver(schema),
    defaultValues: { setupToken: '', name: '', password: '', again: '' },
  })
  const { errors } = formState

  const submit = handleSubmit(async ({ setupToken, name, password }) => {
    setRefused(null)
    try {
      await take(client.POST('/api/auth/register', { body: { name, password, setupToken } }))
      session.begin(await take(client.POST('/api/auth/login', { body: { name, password } })))
      onDone()
    } catch (thrown) {
      const problem = asProblem(thrown)
      const field = FIELDS.find((one) => one === problem.field)
      if (field) setError(field, { message: problem.message })
      else setRefused(problem.message)
    }
  })

  return (
    <Door title="Set up this desk" mode={status.mode}>
      <p className="mb-3 text-soft">
        Nobody can log in yet. Make the admin: the server printed a one-time set-up token when it started.
      </p>
      <form onSubmit={submit} noValidate className="flex flex-col gap-3" aria-label="Set up">
        <TextField
          label="Set-up token"
          autoFocus
          autoComplete="off"
          error={errors.setupToken?.message}
          {...register('setupToken')}
        />
        <TextField label="Name" autoComplete="username" error={errors.name?.message} {...register('name')} />
        <TextField
          label="Password"
          type="password"
          autoComplete="new-password"
          hint="at least 10 characters"
          error={errors.password?.message}
          {...register('password')}
        />
        <TextField
          label="Password again"
          type="password"
          autoComplete="new-password"
          error={errors.again?.message}
          {...register('again')}
        />
        {refused && (
          <p role="alert" className="text-danger">
            {refused}
          </p>
        )}
        <Button type="submit" kind="main" size="large" busy={formState.isSubmitting}>
          Make the admin and log in
        </Button>
      </form>
    </Door>
  )
}
