"""Jobs: quotes, jobs, the plan of steps of each job, leases, retries, prices, and the events of a job's life.

RPCs: JobsService (gateway; youtube for GetJob) and RenderService (render workers only).
Events out: JobQueued … JobExpired on ai-jobs.jobs.v1; the rings StepReady and StepCanceled on ai-jobs.steps.v1.
Events in from projects: ProjectDeleted (its live jobs are canceled), ProjectPurged (its films go). Calls: projects, credits.
"""
