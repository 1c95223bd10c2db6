"""Tuning jobs by every method, their graders and metrics, and what the service reports about them; blocking and async."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from google import genai
from google.genai import types

if TYPE_CHECKING:
    from genai_local import ScriptedGemini

Call = Callable[..., Any]
NewClient = Callable[..., genai.Client]

JOB = "projects/p/locations/l/tuningJobs/1"
DATA = types.TuningDataset(gcs_uri="gs://b/train.jsonl")
GRADER = {
    "reward_name": "capital",
    "string_match_reward_scorer": {
        "correct_answer_reward": 1.0,
        "string_match_expression": {"match_operation": "EXACT_MATCH", "expression": "{capital}"},
    },
}
GRADER_SENT = {
    "rewardName": "capital",
    "stringMatchRewardScorer": {
        "correctAnswerReward": 1.0,
        "stringMatchExpression": {"matchOperation": "EXACT_MATCH", "expression": "{capital}"},
    },
}


@pytest.fixture
def vertex(new_client: NewClient) -> genai.Client:
    return new_client("vertex")


async def body_of(call: Call, vertex: genai.Client, gemini: ScriptedGemini, config: dict[str, Any]) -> Any:
    """Return the body of the request that starts a job."""
    gemini.respond(json={"name": JOB, "state": "JOB_STATE_PENDING"}, path="/tuningJobs")
    job = await call(vertex, "tunings.tune", base_model="gemini-2.5-flash", training_dataset=DATA, config=config)
    assert job.name == JOB
    return gemini.last_request.json


@pytest.mark.parametrize(
    ("method", "spec", "data"),
    [
        (None, "supervisedTuningSpec", "trainingDatasetUri"),
        ("SUPERVISED_FINE_TUNING", "supervisedTuningSpec", "trainingDatasetUri"),
        ("PREFERENCE_TUNING", "preferenceOptimizationSpec", "trainingDatasetUri"),
        ("DISTILLATION", "distillationSpec", "promptDatasetUri"),
        ("REINFORCEMENT_TUNING", "reinforcementTuningSpec", "trainingDatasetUri"),
    ],
)
async def test_the_method_determines_the_specification(
    call: Call, vertex: genai.Client, gemini: ScriptedGemini, method: str | None, spec: str, data: str
) -> None:
    config = {
        "method": method,
        "epoch_count": 2,
        "adapter_size": "ADAPTER_SIZE_ONE",
        "validation_dataset": {"gcs_uri": "gs://b/validation.jsonl"},
        "output_uri": "gs://b/out",
        "custom_base_model": "gs://b/weights",
        "encryption_spec": {"kms_key_name": "k"},
    }
    assert await body_of(call, vertex, gemini, config) == {
        "baseModel": "gemini-2.5-flash",
        spec: {
            data: "gs://b/train.jsonl",
            "validationDatasetUri": "gs://b/validation.jsonl",
            "hyperParameters": {"epochCount": 2, "adapterSize": "ADAPTER_SIZE_ONE"},
        },
        "outputUri": "gs://b/out",
        "customBaseModel": "gs://b/weights",
        "encryptionSpec": {"kmsKeyName": "k"},
    }


async def test_a_teacher_and_its_weight(call: Call, vertex: genai.Client, gemini: ScriptedGemini) -> None:
    config = {
        "method": "DISTILLATION",
        "base_teacher_model": "gemini-2.5-pro",
        "tuned_teacher_model_source": "projects/p/locations/l/models/1",
        "sft_loss_weight_multiplier": 0.5,
        "tuning_mode": "TUNING_MODE_FULL",
        "batch_size": 4,
        "learning_rate": 0.25,
        "evaluation_config": {
            "metrics": [
                {"name": "bleu"},
                types.UnifiedMetric(rouge_spec=types.RougeSpec(rouge_type="rougeL")),
                {
                    "predefined_metric_spec": {
                        "metric_spec_name": "general_quality_v1",
                        "metric_spec_parameters": {"a_b": 1},
                    }
                },
            ],
            "inference_generation_config": {"temperature": 0.5},
        },
    }
    statistics = {"aggregationMetrics": ["AVERAGE", "STANDARD_DEVIATION"]}
    assert (await body_of(call, vertex, gemini, config))["distillationSpec"] == {
        "promptDatasetUri": "gs://b/train.jsonl",
        "baseTeacherModel": "gemini-2.5-pro",
        "tunedTeacherModelSource": "projects/p/locations/l/models/1",
        "tuningMode": "TUNING_MODE_FULL",
        "hyperParameters": {"sftLossWeightMultiplier": 0.5, "batchSize": 4, "learningRate": 0.25},
        "evaluationConfig": {
            "metrics": [
                {"bleuSpec": {}, **statistics},
                {"rougeSpec": {"rougeType": "rougeL"}, **statistics},
                {
                    "predefinedMetricSpec": {
                        "metricSpecName": "general_quality_v1",
                        "metricSpecParameters": {"a_b": 1},
                    },
                    **statistics,
                },
            ],
            "inferenceGenerationConfig": {"temperature": 0.5},
        },
    }


async def test_graders_of_a_training_by_rewards(call: Call, vertex: genai.Client, gemini: ScriptedGemini) -> None:
    config = {
        "method": "REINFORCEMENT_TUNING",
        "reward_config": GRADER,
        "composite_reward_config": {"weighted_reward_configs": [{"reward_config": GRADER, "weight": 2.0}]},
        "samples_per_prompt": 4,
        "evaluate_interval": 5,
        "checkpoint_interval": 6,
        "max_output_tokens": 7,
        "thinking_level": "LOW",
        "validation_dataset_uri": "gs://b/validation.jsonl",
    }
    assert (await body_of(call, vertex, gemini, config))["reinforcementTuningSpec"] == {
        "trainingDatasetUri": "gs://b/train.jsonl",
        "validationDatasetUri": "gs://b/validation.jsonl",
        "singleRewardConfig": GRADER_SENT,
        "compositeRewardConfig": {"weightedRewardConfigs": [{"rewardConfig": GRADER_SENT, "weight": 2.0}]},
        "hyperParameters": {
            "samplesPerPrompt": 4,
            "evaluateInterval": 5,
            "checkpointInterval": 6,
            "maxOutputTokens": 7,
            "thinkingLevel": "LOW",
        },
    }


async def test_settings_of_vertex_are_refused_on_the_developer_api(
    call: Call, new_client: NewClient, gemini: ScriptedGemini
) -> None:
    config = {"tuning_mode": "TUNING_MODE_FULL", "reward_config": GRADER, "output_uri": "gs://b/out"}
    data = {"examples": [{"text_input": "a", "output": "b"}]}
    with pytest.raises(ValueError, match=r"config\.tuning_mode, config\.output_uri, config\.reward_config"):
        await call(new_client("gemini"), "tunings.tune", base_model="m", training_dataset=data, config=config)
    assert not gemini.requests


async def test_a_grader_is_tried_out(
    call: Call, vertex: genai.Client, new_client: NewClient, gemini: ScriptedGemini
) -> None:
    details = {"capital": {"reward": 1, "userRequestedAuxInfo": "x"}, "other": {"errorStatus": {"code": 3}}}
    gemini.respond(json={"overallReward": 1.5, "rewardInfoDetails": details}, path=":validate")
    arguments: dict[str, Any] = {
        "parent": "projects/p/locations/l",
        "sample_response": {"parts": [{"text": "Paris"}]},
        "example": {
            "contents": [{"parts": [{"text": "The capital of France?"}], "role": "user"}],
            "references": {"the_capital": "Paris"},
            "tools": [{"google_search": {}}],
        },
        "single_reward_config": GRADER,
    }
    result = await call(vertex, "tunings.validate_reward", **arguments)
    request = gemini.last_request
    assert request.path == "/v1beta1/projects/p/locations/l/tuningJobs:validateReinforcementTuningReward"
    assert request.json == {
        "sampleResponse": {"parts": [{"text": "Paris"}]},
        "example": {
            "contents": [{"parts": [{"text": "The capital of France?"}], "role": "user"}],
            "references": {"the_capital": "Paris"},
            "tools": [{"googleSearch": {}}],
        },
        "singleRewardConfig": GRADER_SENT,
    }
    assert result.overall_reward == 1.5
    assert result.reward_info_details["capital"].user_requested_aux_info == "x"
    assert result.reward_info_details["other"].error_status.code == 3
    with pytest.raises(ValueError, match="not offered by the Gemini Developer API"):
        await call(new_client("gemini"), "tunings.validate_reward", **arguments)
    with pytest.raises(ValueError, match="sample_response"):
        await call(vertex, "tunings.validate_reward", **{**arguments, "sample_response": 3})


@pytest.mark.parametrize("backend", ["gemini", "vertex"])
async def test_cancelling_returns_the_response(
    call: Call, new_client: NewClient, gemini: ScriptedGemini, backend: str
) -> None:
    gemini.respond(json={}, headers={"x-trace": "7"}, path=":cancel")
    result = await call(new_client(backend), "tunings.cancel", name="1")
    assert isinstance(result, types.CancelTuningJobResponse)
    assert result.sdk_http_response.headers["x-trace"] == "7"


async def test_a_job_by_rewards_is_read(call: Call, vertex: genai.Client, gemini: ScriptedGemini) -> None:
    reply = {
        "name": JOB,
        "state": "JOB_STATE_RUNNING",
        "tuningJobState": "TUNING_JOB_STATE_TUNING",
        "tuningJobMetadata": {"completedEpochCount": "2"},
        "reinforcementTuningSpec": {"singleRewardConfig": GRADER_SENT, "hyperParameters": {"stepCount": "3"}},
        "evaluationConfig": {"metrics": [{"bleuSpec": {}, "aggregationMetrics": ["AVERAGE"]}]},
        "evaluateDatasetRuns": [
            {
                "checkpointId": "1",
                "evaluateDatasetResponse": {
                    "aggregationOutput": {
                        "aggregationResults": [{"aggregationMetric": "AVERAGE", "bleuMetricValue": {"score": 0.5}}]
                    }
                },
            }
        ],
    }
    gemini.respond(json=reply, path="/tuningJobs/1")
    job = await call(vertex, "tunings.get", name=JOB)
    assert job.tuning_job_state is types.TuningJobState.TUNING_JOB_STATE_TUNING
    assert job.tuning_job_metadata.completed_epoch_count == 2
    assert job.reinforcement_tuning_spec.hyper_parameters.step_count == 3
    assert job.reinforcement_tuning_spec.single_reward_config == types.SingleReinforcementTuningRewardConfig(**GRADER)
    assert job.evaluation_config.metrics == [types.UnifiedMetric(bleu_spec=types.BleuSpec())]
    output = job.evaluate_dataset_runs[0].evaluate_dataset_response.aggregation_output
    assert output.aggregation_results[0].bleu_metric_value.score == 0.5
