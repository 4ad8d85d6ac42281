#!/bin/sh
# Puts the shards together; ends with exit code 3, and says what to do, if runs are missing.
#SBATCH --job-name=sweep-2-slots-merge
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output="/shared/Jo's sweeps/out 100%% \"$(done)\"/slurm/log/merge_%j.out"
#SBATCH --cpus-per-task=1
#SBATCH --mem=954M
#SBATCH --partition=spot
#SBATCH --account=shop
#SBATCH --constraint=icelake
exec '/opt/ecr sim/ecrsim' merge '/shared/Jo'\''s sweeps/2 Slots.toml' --out '/shared/Jo'\''s sweeps/out 100% "$(done)"' --shards 8
