kubectl apply --namespace simulations -f '/shared/Jo'\''s sweeps/out 100% "$(done)"/kubernetes/sweep.yaml'
kubectl wait --namespace simulations --for=condition=Complete --timeout=-1s job/sweep-2-slots
kubectl apply --namespace simulations -f '/shared/Jo'\''s sweeps/out 100% "$(done)"/kubernetes/merge.yaml'
