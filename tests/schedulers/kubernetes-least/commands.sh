kubectl apply -f '/shared/Jo'\''s sweeps/out 100% "$(done)"/kubernetes/sweep.yaml'
kubectl wait --for=condition=Complete --timeout=-1s job/sweep-2-slots
kubectl apply -f '/shared/Jo'\''s sweeps/out 100% "$(done)"/kubernetes/merge.yaml'
