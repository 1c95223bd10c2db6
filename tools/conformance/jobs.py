"""Table entries for jobs: batches and tunings."""

from __future__ import annotations

from typing import Any

from tools.conformance import kept, replies
from tools.conformance.method import CONFIGS, CONTENTS, MODEL_NAMES, Arguments, Method, listing, names

_URI = "https://h/v1beta/files/abc"
_BATCH_NAMES = names("name", "batches/b1", "projects/p/locations/l/batchPredictionJobs/12", "batchPredictionJobs/12")
_BATCH_NAMES |= {f"name {name!r}": {"name": name} for name in ("1", "12", "batches/1", "batches/b1:cancel")}
_REQUEST: dict[str, Any] = {"$type": "InlinedRequest", "contents": "Hi"}
_SET_REQUEST: dict[str, Any] = {
    "$type": "InlinedRequest",
    "model": "m2",
    "contents": [{"$type": "Content", "role": "user", "parts": [{"$type": "Part", "text": "one"}]}],
    "metadata": {"some_key": "a_b"},
    "config": {
        "$type": "GenerateContentConfig",
        "temperature": 0.5,
        "system_instruction": "s",
        "cached_content": "c",
        "tools": [{"$type": "Tool", "google_search": {"$type": "GoogleSearch"}}],
        "response_mime_type": "application/json",
        "response_schema": {"$python": "Ingredient"},
    },
}
_ON_VERTEX = {"src": "gs://b/a.jsonl"}
_SOURCES: dict[str, Any] = {
    "one": [_REQUEST],
    "set": [_SET_REQUEST],
    "two": [_REQUEST, _SET_REQUEST],
    "dicts": [{"contents": "Hi"}, {"contents": [{"parts": [{"text": "a"}]}], "metadata": {"some_key": "1"}}],
    "dicts camel": [{"contents": [], "config": {"maxOutputTokens": 3, "systemInstruction": "s"}}],
    "dict unknown": [{"no_such_field": 1}],
    "texts": ["one"],
    "none": None,
    "empty": [],
    "number": 5,
    "file": "files/abc",
    "file bare": "abc",
    "file url": _URI,
    "file jsonl": "files/abc.jsonl",
    "storage": "gs://b/a.jsonl",
    "storage in folders": "gs://b/c/d.e/a.jsonl",
    "storage without ending": "gs://b/c",
    "storage bucket": "gs://b",
    "storage csv": "gs://b/a.csv",
    "table": "bq://p.d.t",
    "text empty": "",
    "storages": ["gs://b/a.jsonl", "gs://b/b.jsonl"],
    "object file": {"$type": "BatchJobSource", "file_name": "files/abc"},
    "object file bare": {"$type": "BatchJobSource", "file_name": "abc"},
    "object file format": {"$type": "BatchJobSource", "file_name": "files/abc", "format": "jsonl"},
    "object inlined": {"$type": "BatchJobSource", "inlined_requests": [_SET_REQUEST]},
    "object none": {"$type": "BatchJobSource"},
    "object storages": {"$type": "BatchJobSource", "format": "jsonl", "gcs_uri": ["gs://b/a.jsonl", "gs://b/b"]},
    "object storage without format": {"$type": "BatchJobSource", "gcs_uri": ["gs://b/a.jsonl"]},
    "object table": {"$type": "BatchJobSource", "format": "bigquery", "bigquery_uri": "bq://p.d.t"},
    "object both": {"$type": "BatchJobSource", "gcs_uri": ["gs://b/a"], "bigquery_uri": "bq://p.d.t"},
    "object file and inlined": {"$type": "BatchJobSource", "file_name": "files/a", "inlined_requests": [_REQUEST]},
    "object format only": {"$type": "BatchJobSource", "format": "jsonl"},
    "dict file": {"file_name": "files/abc"},
    "dict file camel": {"fileName": "files/abc"},
    "dict inlined": {"inlined_requests": [{"contents": "Hi"}]},
    "dict storages": {"format": "jsonl", "gcs_uri": ["gs://b/a.jsonl"]},
    "dict storages camel": {"format": "jsonl", "gcsUri": ["gs://b/a.jsonl"]},
    "dict table": {"format": "bigquery", "bigquery_uri": "bq://p.d.t"},
    "dict empty": {},
    "dict of no source": {"no_such_field": 1},
}
_DESTINATIONS: dict[str, Any] = {
    "storage": "gs://b/o",
    "table": "bq://p.d.o",
    "file": "files/abc",
    "text": "somewhere",
    "empty": "",
    "object storage": {"$type": "BatchJobDestination", "format": "jsonl", "gcs_uri": "gs://b/o"},
    "object table": {"$type": "BatchJobDestination", "format": "bigquery", "bigquery_uri": "bq://p.d.o"},
    "object without format": {"$type": "BatchJobDestination", "gcs_uri": "gs://b/o"},
    "object none": {"$type": "BatchJobDestination"},
    "dict storage": {"format": "jsonl", "gcs_uri": "gs://b/o"},
    "dict table camel": {"format": "bigquery", "bigqueryUri": "bq://p.d.o"},
}
_BATCHES = {
    "inline": kept.BATCH_INLINE,
    "inline refused": kept.BATCH_INLINE_REFUSED,
    "file": kept.BATCH_FILE,
    "running": kept.BATCH_RUNNING,
    "failed": kept.BATCH_FAILED,
    "embedded": kept.BATCH_EMBEDDED,
    "embedded brief": kept.BATCH_EMBEDDED_BRIEF,
    "vertex": kept.BATCH_ON_VERTEX,
    "table": kept.BATCH_OF_TABLE,
}
_RUNNING = {"running": kept.BATCH_RUNNING}
_FROM_SERVICE = ("InlinedResponse", "InlinedEmbedContentResponse")
_EMBEDDINGS: dict[str, Any] = {
    "$type": "EmbeddingsBatchJobSource",
    "inlined_requests": {"$type": "EmbedContentBatch", "contents": ["one", "two"]},
}

_EXAMPLES = {"$type": "TuningDataset", "examples": [{"$type": "TuningExample", "text_input": "a", "output": "b"}]}
_DATASET = {"$type": "TuningDataset", "gcs_uri": "gs://b/t.jsonl"}
_TUNE: Arguments = {"base_model": "models/m", "training_dataset": _EXAMPLES}
_REWARD: dict[str, Any] = {
    "parent": "projects/p/locations/l",
    "sample_response": {"role": "model", "parts": [{"text": "a"}]},
    "example": {"contents": [{"role": "user", "parts": [{"text": "b"}]}]},
    "single_reward_config": {"string_match_reward_scorer": {}},
}
_VERTEX_TUNE: Arguments = {"base_model": "m", "training_dataset": _DATASET}
_METRICS: dict[str, Any] = {
    "bleu": {"$type": "Metric", "name": "bleu"},
    "rouge": {"$type": "Metric", "name": "rouge_l"},
    "rouge 1": {"$type": "Metric", "name": "rouge_1"},
    "exact": {"$type": "Metric", "name": "exact_match"},
    "asked": {"$type": "Metric", "name": "q", "prompt_template": "p", "judge_model_system_instruction": "s"},
    "nameless": {"$type": "Metric"},
    "unknown": {"$type": "Metric", "name": "q"},
}


def _tuned(config: Arguments, **more: Any) -> Arguments:
    return {**_VERTEX_TUNE, "config": config, **more}


_TUNE_METHODS: dict[str, Arguments] = {
    f"{method} {name}": _tuned({"method": method, **config})
    for method in ("SUPERVISED_FINE_TUNING", "PREFERENCE_TUNING", "NOT_LISTED_YET")
    for name, config in {
        "alone": {},
        "epochs": {"epoch_count": 2},
        "rate": {"learning_rate_multiplier": 0.5},
        "adapter": {"adapter_size": "ADAPTER_SIZE_ONE"},
        "beta": {"beta": 0.1},
        "validation": {"validation_dataset": {"gcs_uri": "gs://b/v.jsonl"}},
        "validation resource": {"validation_dataset": {"vertex_dataset_resource": "r"}},
        "last checkpoint": {"export_last_checkpoint_only": True},
        "batch size": {"batch_size": 4},
        "learning rate": {"learning_rate": 0.1},
        "evaluation": {"evaluation_config": {"metrics": [{"name": "bleu"}]}},
    }.items()
}
_TUNE_CALLS: dict[str, Arguments] = {
    **{f"base_model {name!r}": {"base_model": name} for name in (*[c["model"] for c in MODEL_NAMES.values()], None)},
    **{
        f"on vertex base_model {name!r}": _tuned({}, base_model=name)
        for name in (
            "m",
            "models/m",
            "projects/p/locations/l/models/1",
            "projects/p/locations/l/models/1@2",
            "models/7",
            "",
        )
    },
    **_TUNE_METHODS,
    "examples": {"config": {"epoch_count": 3, "batch_size": 2, "learning_rate": 0.1, "tuned_model_display_name": "n"}},
    "multiplier": {"config": {"learning_rate_multiplier": 0.5}},
    "dataset none": {"training_dataset": None},
    "dataset empty": {"training_dataset": {}},
    "dataset resource": _tuned({}, training_dataset={"vertex_dataset_resource": "r"}),
    "dataset resource and uri": _tuned({}, training_dataset={"vertex_dataset_resource": "r", "gcs_uri": "gs://b/t"}),
    "dataset dict camel": _tuned({}, training_dataset={"gcsUri": "gs://b/t.jsonl"}),
    "dataset unknown": {"training_dataset": {"no_such_field": 1}},
    "dataset text": {"training_dataset": "gs://b/t.jsonl"},
    "checkpoint": _tuned({"pre_tuned_model_checkpoint_id": "3"}),
    "checkpoint of tuned": _tuned({"pre_tuned_model_checkpoint_id": "3"}, base_model="projects/p/locations/l/models/1"),
    **{f"metric {name}": _tuned({"evaluation_config": {"metrics": [metric]}}) for name, metric in _METRICS.items()},
    "labels": _tuned({"labels": {"my_team": "green"}}),
}
_TUNING_NAMES = names("name", "tunedModels/t", "projects/p/locations/l/tuningJobs/12", "tuningJobs/12", "12")
_TUNINGS = {
    "gemini": kept.TUNING_ON_GEMINI,
    "vertex": kept.TUNING_ON_VERTEX,
    "preference": kept.TUNING_BY_PREFERENCE,
    "measured": kept.TUNING_MEASURED,
}

METHODS: list[Method] = [
    Method(
        "batches.create",
        {"model": "m", "src": [_REQUEST]},
        walks={
            "src[0]": "InlinedRequest",
            "config": "CreateBatchJobConfig",
            "config|vertex": "CreateBatchJobConfig",
        },
        beside={"config|vertex": _ON_VERTEX},
        with_fields={"InlinedRequest": {"contents": "Hi"}},
        not_into=_FROM_SERVICE,
        calls={
            **MODEL_NAMES,
            **{f"on vertex {call}": {**_ON_VERTEX, **given} for call, given in MODEL_NAMES.items()},
            **CONFIGS,
            **{f"on vertex {call}": {**_ON_VERTEX, **given} for call, given in CONFIGS.items()},
            **{f"src {name}": {"src": source} for name, source in _SOURCES.items()},
            **{f"dest {name}": {**_ON_VERTEX, "config": {"dest": dest}} for name, dest in _DESTINATIONS.items()},
            "dest of table": {"src": "bq://p.d.t", "config": {"dest": "bq://p.d.o", "display_name": "ü"}},
            **{
                f"request contents {name}": {"src": [{"$type": "InlinedRequest", "contents": value}]}
                for name, value in CONTENTS.items()
            },
            **{
                f"request model {given['model']!r}": {"src": [{"contents": "Hi", "model": given["model"]}]}
                for given in MODEL_NAMES.values()
            },
        },
        replies=_RUNNING,
        odd_replies=replies.ODD,
        meets_errors=True,
        is_thin=True,
    ),
    Method(
        "batches.create_embeddings",
        {"model": "m", "src": _EMBEDDINGS},
        walks={"src": "EmbeddingsBatchJobSource", "config": "CreateEmbeddingsBatchJobConfig"},
        with_fields={"EmbedContentBatch": {"contents": "Hi"}},
        calls={
            **MODEL_NAMES,
            **CONFIGS,
            **{
                f"contents {name}": {"src": {"inlined_requests": {"contents": value}}}
                for name, value in CONTENTS.items()
            },
            "two with config": {
                "src": {
                    "inlined_requests": {
                        "contents": ["one", "two"],
                        "config": {"task_type": "X", "title": "t", "output_dimensionality": 3},
                    }
                }
            },
            **{
                f"src {name}": {"src": source}
                for name, source in _SOURCES.items()
                if name.startswith(("none", "empty", "number", "dict file", "dict empty"))
            },
            "src file and inlined": {"src": {**_EMBEDDINGS, "file_name": "files/abc"}},
        },
        answers=[{"json": kept.BATCH_RUNNING}],
        replies=_RUNNING,
        odd_replies=replies.ODD,
    ),
    Method(
        "batches.get",
        {"name": "batches/b1"},
        walks={"config": "GetBatchJobConfig"},
        calls={**CONFIGS, **_BATCH_NAMES},
        not_into=(*_FROM_SERVICE, "InlinedRequest"),
        returns="BatchJob",
        within={
            "metadata": "BatchJob",
            "metadata.output.inlinedResponses.inlinedResponses[]": "InlinedResponse",
            "metadata.output.inlinedEmbedContentResponses.inlinedResponses[]": "InlinedEmbedContentResponse",
        },
        replies=_BATCHES,
        odd_replies=replies.ODD,
        meets_errors=True,
    ),
    Method(
        "batches.cancel",
        {"name": "batches/b1"},
        walks={"config": "CancelBatchJobConfig"},
        calls={**CONFIGS, **_BATCH_NAMES},
        odd_replies=replies.ODD,
    ),
    Method(
        "batches.delete",
        {"name": "batches/b1"},
        walks={"config": "DeleteBatchJobConfig"},
        calls={**CONFIGS, **_BATCH_NAMES},
        returns="DeleteResourceJob",
        replies={"one": {"name": "operations/1", "done": True, "error": {"code": 3, "message": "m"}}},
        odd_replies=replies.ODD,
    ),
    listing(
        "batches.list",
        "ListBatchJobsConfig",
        "",
        {"operations": kept.BATCH_EMBEDDED, "batchPredictionJobs": kept.BATCH_ON_VERTEX},
        calls={"filter": {"config": {"filter": 'x:"y"/é&z', "page_token": "t=1&b"}}},
    ),
    Method(
        "tunings.tune",
        _TUNE,
        walks={
            "config": "CreateTuningJobConfig",
            "config|vertex": "CreateTuningJobConfig",
            "training_dataset": "TuningDataset",
            "training_dataset|vertex": "TuningDataset",
        },
        beside={"config|vertex": _VERTEX_TUNE, "training_dataset|vertex": {"base_model": "m"}},
        calls={**CONFIGS, **{f"on vertex {name}": {**_VERTEX_TUNE, **config} for name, config in CONFIGS.items()}}
        | _TUNE_CALLS,
        answers=[{"json": kept.TUNING_STARTED}],
        replies={"started": kept.TUNING_STARTED},
        odd_replies=replies.ODD,
        meets_errors=True,
        is_thin=True,
    ),
    Method(
        "tunings.get",
        {"name": "tunedModels/t"},
        walks={"config": "GetTuningJobConfig"},
        calls={**CONFIGS, **_TUNING_NAMES},
        returns="TuningJob",
        replies=_TUNINGS,
        odd_replies=replies.ODD,
        meets_errors=True,
    ),
    Method(
        "tunings.cancel",
        {"name": "tunedModels/t"},
        walks={"config": "CancelTuningJobConfig"},
        calls={**CONFIGS, **_TUNING_NAMES},
        odd_replies=replies.ODD,
    ),
    Method(
        "tunings.validate_reward",
        _REWARD,
        walks={
            "config": "ValidateRewardConfig",
            "sample_response": "Content",
            "example": "ReinforcementTuningExample",
            "single_reward_config": "SingleReinforcementTuningRewardConfig",
            "composite_reward_config": "CompositeReinforcementTuningRewardConfig",
        },
        beside={"composite_reward_config": {"single_reward_config": None}},
        calls={
            **CONFIGS,
            **names("parent", "projects/p/locations/l"),
            "without a reward": {"single_reward_config": None},
            "two rewards": {"composite_reward_config": {}},
        },
        returns="ValidateRewardResponse",
        odd_replies=replies.ODD,
        meets_errors=True,
        is_thin=True,
    ),
    listing(
        "tunings.list",
        "ListTuningJobsConfig",
        "",
        {"tunedModels": kept.TUNING_ON_GEMINI, "tuningJobs": kept.TUNING_BY_PREFERENCE},
        calls={"filter": {"config": {"filter": 'x:"y"/é&z', "page_token": "t=1&b"}}},
    ),
]
