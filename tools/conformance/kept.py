"""Replies with stored resources: files, caches, jobs, stores, tokens. Plain data; `resources.py` and `jobs.py` assign them to
methods.
"""

from __future__ import annotations

from typing import Any

from tools.conformance.replies import GENERATED

FILE: dict[str, Any] = {
    "name": "files/abc",
    "displayName": "ü",
    "mimeType": "video/mp4",
    "sizeBytes": "12345678901",
    "createTime": "2025-01-02T03:04:05.678Z",
    "updateTime": "2025-01-02T03:04:06Z",
    "expirationTime": "2025-01-04T03:04:05Z",
    "sha256Hash": "YWJj",
    "uri": "https://h/v1beta/files/abc",
    "downloadUri": "https://h/v1beta/files/abc:download?alt=media",
    "state": "ACTIVE",
    "source": "UPLOADED",
    "videoMetadata": {"videoDuration": "3.5s"},
    "error": {"code": 3, "message": "m", "details": [{"@type": "t", "some_key": 1}]},
}
CACHE: dict[str, Any] = {
    "name": "cachedContents/abc",
    "displayName": "d",
    "model": "models/m",
    "createTime": "2025-01-02T03:04:05Z",
    "updateTime": "2025-01-02T03:04:06Z",
    "expireTime": "2025-01-02T04:04:05.5Z",
    "usageMetadata": {
        "totalTokenCount": 5,
        "textCount": 3,
        "imageCount": 1,
        "audioDurationSeconds": 2,
        "videoDurationSeconds": 4,
    },
}
CACHE_ON_VERTEX: dict[str, Any] = {
    **CACHE,
    "name": "projects/7/locations/l1/cachedContents/12",
    "model": "projects/p1/locations/l1/publishers/google/models/m",
    "encryptionSpec": {"kmsKeyName": "k"},
}


def batch_on_gemini(output: dict[str, Any] | None, state: str = "BATCH_STATE_SUCCEEDED") -> dict[str, Any]:
    """Return a job in the format of the Developer API: an operation with the job in its metadata."""
    return {
        "name": "batches/b1",
        "metadata": {
            "@type": "type.googleapis.com/google.ai.generativelanguage.v1main.GenerateContentBatch",
            "name": "batches/b1",
            "model": "models/m",
            "displayName": "d",
            "state": state,
            "createTime": "2025-01-02T03:04:05.678Z",
            "updateTime": "2025-01-02T03:04:06Z",
            "endTime": "2025-01-02T03:04:07Z",
            "batchStats": {"requestCount": "2", "successfulRequestCount": "1"},
            **({"output": output} if output is not None else {}),
        },
        "done": output is not None,
    }


BATCH_INLINE = batch_on_gemini(
    {
        "inlinedResponses": {
            "inlinedResponses": [
                {
                    "response": {"candidates": GENERATED["candidates"][1:], "usageMetadata": {"totalTokenCount": 9}},
                    "metadata": {"key": "a_b"},
                },
                {"error": {"code": 3, "message": "m", "details": ["x"]}, "metadata": {"key": "2"}},
            ]
        }
    }
)
BATCH_INLINE_REFUSED = batch_on_gemini(
    {"inlinedResponses": {"inlinedResponses": [{"error": {"code": 3, "message": "m", "details": [{"@type": "t"}]}}]}}
)
BATCH_FILE = batch_on_gemini({"responsesFile": "files/r"})
BATCH_RUNNING = batch_on_gemini(None, "BATCH_STATE_RUNNING")
BATCH_FAILED: dict[str, Any] = {
    **batch_on_gemini(None, "BATCH_STATE_FAILED"),
    "done": True,
    "error": {"code": 3, "message": "m", "details": [{"@type": "t", "some_key": 1}]},
}
BATCH_EMBEDDED = batch_on_gemini(
    {
        "inlinedEmbedContentResponses": {
            "inlinedResponses": [
                {"response": {"embedding": {"values": [0.25, 1]}, "tokenCount": "3"}, "metadata": {"key": "1"}},
                {"error": {"code": 3, "message": "m"}},
            ]
        }
    }
)
BATCH_EMBEDDED_BRIEF = batch_on_gemini(
    {"inlinedResponses": {"inlinedResponses": [{"response": {"embedding": {"values": [1]}, "tokenCount": "3"}}]}}
)
BATCH_ON_VERTEX: dict[str, Any] = {
    "name": "projects/7/locations/l1/batchPredictionJobs/12",
    "displayName": "d",
    "model": "publishers/google/models/m",
    "state": "JOB_STATE_SUCCEEDED",
    "createTime": "2025-01-02T03:04:05.678Z",
    "startTime": "2025-01-02T03:04:06Z",
    "endTime": "2025-01-02T03:04:07Z",
    "updateTime": "2025-01-02T03:04:08Z",
    "inputConfig": {"instancesFormat": "jsonl", "gcsSource": {"uris": ["gs://b/a.jsonl"]}},
    "outputConfig": {"predictionsFormat": "jsonl", "gcsDestination": {"outputUriPrefix": "gs://b/o"}},
    "outputInfo": {"gcsOutputDirectory": "gs://b/o/1"},
    "completionStats": {"successfulCount": "3", "failedCount": "1", "incompleteCount": "2"},
}
BATCH_OF_TABLE: dict[str, Any] = {
    "name": "projects/7/locations/l1/batchPredictionJobs/13",
    "state": "JOB_STATE_FAILED",
    "error": {"code": 3, "message": "m", "details": ["x"]},
    "inputConfig": {"instancesFormat": "bigquery", "bigquerySource": {"inputUri": "bq://p.d.t"}},
    "outputConfig": {"predictionsFormat": "bigquery", "bigqueryDestination": {"outputUri": "bq://p.d.o"}},
}

TUNING_STARTED: dict[str, Any] = {
    "name": "tunedModels/t/operations/o1",
    "metadata": {"@type": "t", "tunedModel": "tunedModels/t", "totalSteps": 10},
}
TUNING_ON_GEMINI: dict[str, Any] = {
    "name": "tunedModels/t",
    "displayName": "T",
    "description": "d",
    "baseModel": "models/m",
    "state": "ACTIVE",
    "createTime": "2025-01-02T03:04:05Z",
    "updateTime": "2025-01-02T03:04:08Z",
    "tuningTask": {
        "startTime": "2025-01-02T03:04:06Z",
        "completeTime": "2025-01-02T03:04:07Z",
        "hyperparameters": {"epochCount": 5},
    },
}
TUNING_ON_VERTEX: dict[str, Any] = {
    "name": "projects/7/locations/l1/tuningJobs/12",
    "tunedModelDisplayName": "T",
    "description": "d",
    "baseModel": "m",
    "state": "JOB_STATE_SUCCEEDED",
    "createTime": "2025-01-02T03:04:05Z",
    "startTime": "2025-01-02T03:04:06Z",
    "endTime": "2025-01-02T03:04:07Z",
    "updateTime": "2025-01-02T03:04:08Z",
    "error": {"code": 3, "message": "m", "details": [{"@type": "t", "some_key": 1}]},
    "tunedModel": {
        "model": "projects/7/locations/l1/models/1@1",
        "endpoint": "projects/7/locations/l1/endpoints/2",
        "checkpoints": [{"checkpointId": "1", "epoch": "1", "step": "10", "endpoint": "e"}],
    },
    "supervisedTuningSpec": {
        "trainingDatasetUri": "gs://b/t.jsonl",
        "validationDatasetUri": "gs://b/v.jsonl",
        "hyperParameters": {"epochCount": "3", "learningRateMultiplier": 0.5, "adapterSize": "ADAPTER_SIZE_FOUR"},
        "exportLastCheckpointOnly": True,
    },
    "tuningDataStats": {"supervisedTuningDataStats": {"tuningDatasetExampleCount": "20", "tuningStepCount": "5"}},
    "encryptionSpec": {"kmsKeyName": "k"},
    "labels": {"my_team": "green"},
    "experiment": "e",
    "serviceAccount": "s",
    "evaluationConfig": {
        "autoraterConfig": {"samplingCount": 2, "autoraterModel": "m", "flipEnabled": True},
        "outputConfig": {"gcsDestination": {"outputUriPrefix": "gs://b/o"}},
    },
}
TUNING_BY_PREFERENCE: dict[str, Any] = {
    "name": "projects/7/locations/l1/tuningJobs/13",
    "state": "JOB_STATE_RUNNING",
    "preTunedModel": {"tunedModelName": "projects/7/locations/l1/models/1@1", "checkpointId": "2", "baseModel": "m"},
    "preferenceOptimizationSpec": {
        "trainingDatasetUri": "gs://b/t.jsonl",
        "hyperParameters": {"epochCount": "3", "beta": 0.5},
    },
}
TUNING_MEASURED: dict[str, Any] = {
    "name": "projects/7/locations/l1/tuningJobs/14",
    "state": "JOB_STATE_RUNNING",
    "evaluationConfig": {
        "metrics": [
            {"bleuSpec": {"useEffectiveOrder": True}, "aggregationMetrics": ["AVERAGE"]},
            {"pointwiseMetricSpec": {"metricPromptTemplate": "p", "systemInstruction": "s"}},
        ]
    },
}

STORE: dict[str, Any] = {
    "name": "fileSearchStores/s",
    "displayName": "d",
    "createTime": "2025-01-02T03:04:05.678Z",
    "updateTime": "2025-01-02T03:04:06Z",
    "activeDocumentsCount": "3",
    "pendingDocumentsCount": "1",
    "failedDocumentsCount": "0",
    "sizeBytes": "12345678901",
}
DOCUMENT: dict[str, Any] = {
    "name": "fileSearchStores/s/documents/d",
    "displayName": "a.txt",
    "customMetadata": [
        {"key": "some_key", "stringValue": "v"},
        {"key": "n", "numericValue": 1},
        {"key": "l", "stringListValue": {"values": ["a", "b"]}},
    ],
    "updateTime": "2025-01-02T03:04:06Z",
    "createTime": "2025-01-02T03:04:05.678Z",
    "state": "STATE_ACTIVE",
    "sizeBytes": "12345678901",
    "mimeType": "text/plain",
}
IMPORTING: dict[str, Any] = {"name": "fileSearchStores/s/operations/o1", "metadata": {"@type": "t", "some_key": 1}}
UPLOADED_TO_STORE: dict[str, Any] = {
    "name": "fileSearchStores/s/upload/operations/o1",
    "done": True,
    "metadata": {"some_key": 1},
    "response": {"@type": "t", "parent": "fileSearchStores/s", "documentName": "fileSearchStores/s/documents/d"},
}
NOT_IMPORTED: dict[str, Any] = {
    "name": "fileSearchStores/s/operations/o1",
    "done": True,
    "error": {"code": 3, "message": "no", "details": [{"@type": "t", "some_key": 1}]},
}
