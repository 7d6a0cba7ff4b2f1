"""Film projects: the script in all its versions, read once into typed elements; the storyboard an analysis found; the files
a filmmaker gives.

RPCs: `filmstudio.projects.v1.ProjectsService`, called by gateway and ai_jobs. Calls: credits.GetPlan. Facts out, on
projects.projects.v1: ProjectCreated, ProjectUpdated, ProjectDeleted, ProjectRestored, each with the whole project, and
ProjectPurged. Facts in,
from ai-jobs.jobs.v1: what became of a project's jobs; from users.users.v1: UserDeleted.
"""
