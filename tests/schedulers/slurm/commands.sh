jobs=$(sbatch --parsable '/shared/Jo'\''s sweeps/out 100% "$(done)"/slurm/sweep.sh')
sbatch --parsable --dependency=afterany:"${jobs%%;*}" '/shared/Jo'\''s sweeps/out 100% "$(done)"/slurm/merge.sh'
