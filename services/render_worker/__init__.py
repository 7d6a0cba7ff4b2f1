"""Runs render steps, one each in a warm child process; the only place that imports media libraries.

It has no database and no storage credentials. It hears the rings StepReady and StepCanceled on ai-jobs.steps.v1, and
calls filmstudio.ai_jobs.v1.RenderService: ClaimSteps, Heartbeat, CompleteStep, FailStep, ReleaseSteps, GetUploadUrls.
Inputs and outputs travel through storage by addresses signed for each claim. Publishes nothing.
"""
