aws batch register-job-definition --cli-input-json 'file:///shared/Jo'\''s sweeps/out 100% "$(done)"/aws-batch/job-definition.json'
jobs=$(aws batch submit-job --cli-input-json 'file:///shared/Jo'\''s sweeps/out 100% "$(done)"/aws-batch/sweep.json' --query jobId --output text)
aws batch submit-job --cli-input-json 'file:///shared/Jo'\''s sweeps/out 100% "$(done)"/aws-batch/merge.json' --depends-on jobId="$jobs"
