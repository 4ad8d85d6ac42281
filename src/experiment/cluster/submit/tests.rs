//! The papers, compared with those in tests/schedulers, which tests/schedulers/check.py holds against the engines' schemas.
//! `ECRSIM_BLESS=1` accepts what is written now.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use super::*;

/// A sweep whose paths have all that shells and manifests trip over.
fn job() -> Job {
    Job {
        name: None,
        file: PathBuf::from("/shared/Jo's sweeps/2 Slots.toml"),
        folder: PathBuf::from("/shared/Jo's sweeps/out 100% \"$(done)\""),
        program: None,
        shards: 8,
        at_once: Some(3),
        cpus: 2,
        memory: Some(Bytes::new(1_000_000_000)),
        time: Some("90 s".parse().expect("a duration")),
    }
}

fn slurm() -> Scheduler {
    Scheduler::Slurm(Slurm {
        partition: Some("spot".to_owned()),
        account: Some("shop".to_owned()),
        options: vec!["--constraint=icelake".to_owned()],
    })
}

fn container() -> Container {
    Container {
        image: "registry.example.com/ecrsim:0.1.0".to_owned(),
        mount: "/sweep".to_owned(),
        root: None,
    }
}

fn kubernetes(namespace: Option<&str>) -> Scheduler {
    Scheduler::Kubernetes(Kubernetes {
        container: container(),
        claim: "sweeps".to_owned(),
        namespace: namespace.map(str::to_owned),
    })
}

fn aws_batch() -> Scheduler {
    Scheduler::AwsBatch(AwsBatch {
        container: container(),
        queue: "spot".to_owned(),
        file_system: Some("fs-0123456789abcdef0".to_owned()),
        job_role: Some("arn:aws:iam::111122223333:role/sweeps".to_owned()),
    })
}

/// Asserts that the papers are those in a folder of tests/schedulers.
#[track_caller]
fn assert_golden(papers: &Papers, folder: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/schedulers")
        .join(folder);
    let commands = Paper {
        path: PathBuf::from("commands.sh"),
        text: papers.commands.clone(),
    };
    for Paper { path, text } in papers.files.iter().chain([&commands]) {
        let golden = folder.join(path.file_name().expect("a file's name"));
        if env::var_os("ECRSIM_BLESS").is_some() {
            fs::create_dir_all(&folder).expect("a folder");
            fs::write(&golden, text).expect("a file");
        }
        let expected = fs::read_to_string(&golden).unwrap_or_default();
        assert_eq!(*text, expected, "{}", golden.display());
    }
}

#[test]
fn slurm_gets_an_array_and_a_merge() {
    let job = Job {
        program: Some("/opt/ecr sim/ecrsim".to_owned()),
        ..job()
    };
    let papers = slurm().papers(&job).expect("papers");
    assert_golden(&papers, "slurm");
    let log = "/shared/Jo's sweeps/out 100% \"$(done)\"/slurm/log";
    assert_eq!(papers.folders, [PathBuf::from(log)]);
}

#[test]
fn kubernetes_gets_an_indexed_job_and_a_merge() {
    let papers = kubernetes(Some("simulations")).papers(&job());
    assert_golden(&papers.expect("papers"), "kubernetes");
}

#[test]
fn without_options_kubernetes_gets_less() {
    let least = Job {
        at_once: None,
        memory: None,
        time: None,
        cpus: 1,
        ..job()
    };
    let papers = kubernetes(None).papers(&least);
    assert_golden(&papers.expect("papers"), "kubernetes-least");
}

#[test]
fn aws_batch_gets_a_definition_an_array_and_a_merge() {
    let job = Job {
        at_once: None,
        ..job()
    };
    assert_golden(&aws_batch().papers(&job).expect("papers"), "aws-batch");
}

#[test]
fn without_a_file_system_aws_batch_uses_the_instances_folder() {
    let least = Job {
        at_once: None,
        memory: None,
        time: None,
        cpus: 1,
        ..job()
    };
    let engine = Scheduler::AwsBatch(AwsBatch {
        container: container(),
        queue: "spot".to_owned(),
        file_system: None,
        job_role: None,
    });
    assert_golden(&engine.papers(&least).expect("papers"), "aws-batch-least");
}

#[test]
fn slurm_without_options_is_the_contract() {
    let least = Job {
        name: Some("least".to_owned()),
        file: PathBuf::from("/s/x.toml"),
        folder: PathBuf::from("/s/out"),
        program: Some("ecrsim".to_owned()),
        shards: 2,
        at_once: None,
        cpus: 1,
        memory: None,
        time: None,
    };
    let papers = Scheduler::Slurm(Slurm::default())
        .papers(&least)
        .expect("papers");
    assert_eq!(
        papers.files[0].text,
        "\
#!/bin/sh
# One shard of a sweep; which one, the array's index says. What is done already is skipped.
#SBATCH --job-name=least
#SBATCH --array=0-1
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=/s/out/slurm/log/%A_%a.out
#SBATCH --cpus-per-task=1
exec ecrsim sweep /s/x.toml --out /s/out --shard auto --shards 2
"
    );
    assert_eq!(
        papers.commands,
        "jobs=$(sbatch --parsable /s/out/slurm/sweep.sh)\n\
         sbatch --parsable --dependency=afterany:\"${jobs%%;*}\" /s/out/slurm/merge.sh\n"
    );
    assert!(papers.hints.is_empty());
}

#[test]
fn slurms_largest_array_is_told() {
    let hints = |shards| {
        slurm()
            .papers(&Job { shards, ..job() })
            .expect("papers")
            .hints
    };
    assert!(hints(1001).is_empty());
    assert!(hints(1002)[0].contains("`MaxArraySize`"));
}

#[test]
fn sizes_of_arrays_are_the_engines_own() {
    let aws = |shards| {
        let job = Job {
            shards,
            at_once: None,
            ..job()
        };
        aws_batch().papers(&job).map(|_| ())
    };
    assert_eq!(aws(2), Ok(()));
    assert_eq!(aws(10_000), Ok(()));
    assert!(aws(1).expect_err("too few").contains("2 to 10000"));
    assert!(aws(10_001).expect_err("too many").contains("2 to 10000"));
    let many = kubernetes(None).papers(&Job {
        shards: 100_001,
        ..job()
    });
    assert!(many.expect_err("too many").contains("at most 100000"));
}

#[test]
fn what_a_script_cannot_hold_is_refused() {
    let with_folder = |folder: &str| Job {
        folder: PathBuf::from(folder),
        ..job()
    };
    let wrong = |engine: Scheduler, job: &Job| engine.papers(job).expect_err("refused");
    assert!(wrong(slurm(), &with_folder("/a\nb")).contains("line break"));
    assert!(wrong(slurm(), &with_folder(r"/a\b")).contains("backslash"));
    let option = Scheduler::Slurm(Slurm {
        options: vec!["icelake".to_owned()],
        ..Slurm::default()
    });
    assert!(wrong(option, &job()).contains("write an option of sbatch"));
    let elsewhere = Scheduler::Kubernetes(Kubernetes {
        container: Container {
            root: Some(PathBuf::from("/mnt")),
            ..container()
        },
        claim: "sweeps".to_owned(),
        namespace: None,
    });
    assert!(wrong(elsewhere, &job()).contains("is not in `/mnt`"));
    assert!(wrong(aws_batch(), &job()).contains("`--at-once`"));
    let named = Job {
        name: Some("No".to_owned()),
        ..job()
    };
    assert!(wrong(slurm(), &named).contains("`--name No`"));
}

#[test]
fn names_are_made_of_files() {
    let name = |file: &str| name_after(Path::new(file));
    assert_eq!(name("/x/Slots_and Rates.toml"), "slots-and-rates");
    assert_eq!(name("2 Slots.toml"), "sweep-2-slots");
    assert_eq!(name("日本.toml"), "sweep");
    let long = name(&"9".repeat(90));
    assert_eq!(long, format!("sweep-{}", "9".repeat(34)));
    for made in [name("a.toml"), name("日本.toml"), long] {
        assert_eq!(right_name(&made), Ok(made.as_str()));
    }
}

#[test]
fn a_volume_is_seen_from_its_root() {
    let job = job().settled().expect("a job");
    let inside = container().inside(&job).expect("paths");
    assert_eq!(inside.file, "/sweep/2 Slots.toml");
    assert_eq!(inside.folder, "/sweep/out 100% \"$(done)\"");
    let same = Container {
        root: Some(PathBuf::from("/shared/x/..")),
        mount: "/shared".to_owned(),
        ..container()
    };
    let inside = same.inside(&job).expect("paths");
    assert_eq!(inside.file, "/shared/Jo's sweeps/2 Slots.toml");
}
