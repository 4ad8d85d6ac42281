#!/bin/sh
# One shard of a sweep; which one, the array's index says. What is done already is skipped.
#SBATCH --job-name=sweep-2-slots
#SBATCH --array=0-7%3
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output="/shared/Jo's sweeps/out 100%% \"$(done)\"/slurm/log/%A_%a.out"
#SBATCH --cpus-per-task=2
#SBATCH --time=2
#SBATCH --mem=954M
#SBATCH --partition=spot
#SBATCH --account=shop
#SBATCH --constraint=icelake
exec '/opt/ecr sim/ecrsim' sweep '/shared/Jo'\''s sweeps/2 Slots.toml' --out '/shared/Jo'\''s sweeps/out 100% "$(done)"' --shard auto --shards 8
