"""Tuning on both surfaces: datasets, states by polls and by the clock, answers of the tuned model."""

from __future__ import annotations

import json

import httpx2
import pytest

GEMINI = "/v1beta/tunedModels"
LOCATION = "projects/p/locations/l"
JOBS = f"/v1beta1/{LOCATION}/tuningJobs"
DATA = "gs://bucket/examples.jsonl"


def body(*examples: tuple[str, str], **fields):
    told = [{"textInput": text, "output": output} for text, output in examples or [("red apple", "fruit")]]
    task = {"trainingData": {"examples": {"examples": told}}, "hyperparameters": fields.pop("hyperparameters", {})}
    return {"displayName": "Mine", "baseModel": "models/gemini-2.5-flash", "tuningTask": task, **fields}


def job_body(uri: str = DATA, **fields):
    spec = {"trainingDatasetUri": uri, **fields.pop("spec", {})}
    return {"baseModel": "gemini-2.5-flash", "supervisedTuningSpec": spec, **fields}


def turn(text: str, role: str = "user"):
    return {"role": role, "parts": [{"text": text}]}


def put(gemini, *examples, uri: str = DATA):
    gemini.put_object(uri, b"".join(json.dumps(example).encode() + b"\n" for example in examples))


def put_pairs(gemini, *pairs: tuple[str, str], uri: str = DATA):
    put(gemini, *({"contents": [turn(text), turn(answer, "model")]} for text, answer in pairs), uri=uri)


def problem_of(response: httpx2.Response, status: int = 400) -> str:
    assert response.status_code == status, response.text
    return response.json()["error"]["message"]


@pytest.fixture
def ask(http):
    """Send a prompt to a model by its path below the version and return the text of the answer."""

    def call(model: str, text: str, version: str = "v1beta") -> str:
        reply = http.post(f"/{version}/{model}:generateContent", json={"contents": [turn(text)]})
        assert reply.status_code == 200, reply.text
        return reply.json()["candidates"][0]["content"]["parts"][0]["text"]

    return call


def test_a_model_from_examples(gemini, http, ask):
    gemini.operation_polls = 2
    asked = body(("red apple", "fruit"), ("blue car", "vehicle"), hyperparameters={"epochCount": 3, "batchSize": 1})
    operation = http.post(GEMINI, json=asked).json()
    name = operation["metadata"]["tunedModel"]
    assert name.startswith("tunedModels/mine-")
    assert operation["name"].startswith(f"{name}/operations/")
    assert "done" not in operation
    model = http.get(f"/v1beta/{name}").json()
    assert (model["state"], model["displayName"]) == ("CREATING", "Mine")
    assert http.post(f"/v1beta/{name}:generateContent", json={"contents": [turn("x")]}).status_code == 404
    assert "done" not in http.get(f"/v1beta/{operation['name']}").json()
    operation = http.get(f"/v1beta/{operation['name']}").json()
    assert operation["done"] is True
    assert operation["metadata"]["totalSteps"] == operation["metadata"]["completedSteps"] == 6
    model = http.get(f"/v1beta/{name}").json()
    assert operation["response"] == {"@type": operation["response"]["@type"], **model}
    assert model["state"] == "ACTIVE"
    assert model["tuningTask"]["hyperparameters"] == {"epochCount": 3, "batchSize": 1, "learningRate": 0.001}
    assert http.get(GEMINI).json() == {"tunedModels": [model]}
    assert http.get(f"/v1beta/{name}/operations").json() == {"operations": [operation]}
    assert http.get(f"/v1beta1/{LOCATION}/models").json() == {}
    assert ask(name, "an apple") == "fruit"
    assert ask(name, "the car of my aunt") == "vehicle"


def test_an_answer_is_counted_and_streamed(gemini, http):
    gemini.operation_polls = 0
    name = http.post(GEMINI, json=body()).json()["metadata"]["tunedModel"]
    reply = http.post(f"/v1beta/{name}:generateContent", json={"contents": [turn("a b c")]}).json()
    assert reply["candidates"][0]["finishReason"] == "STOP"
    assert (reply["usageMetadata"]["promptTokenCount"], reply["usageMetadata"]["candidatesTokenCount"]) == (3, 1)
    stream = http.post(f"/v1beta/{name}:streamGenerateContent", json={"contents": [turn("a b c")]}).json()
    assert [chunk["candidates"][0]["content"]["parts"] for chunk in stream] == [[{"text": "fruit"}]]


def test_a_script_has_precedence_over_examples(gemini, http, ask):
    gemini.operation_polls = 0
    name = http.post(GEMINI, json=body()).json()["metadata"]["tunedModel"]
    gemini.on("apple").reply("Scripted.", times=1)
    assert [ask(name, "apple"), ask(name, "apple")] == ["Scripted.", "fruit"]


def test_engines_without_embeddings_count_words(plain_server, no_tls):
    with httpx2.Client(base_url=plain_server.url, verify=no_tls) as http:
        plain_server.api.operations.duration_s = 0
        asked = body(("How is the weather?", "sunny"), ("Who are you?", "a model"))
        name = http.post(GEMINI, json=asked).json()["metadata"]["tunedModel"]
        reply = http.post(f"/v1beta/{name}:generateContent", json={"contents": [turn("the weather")]}).json()
    assert reply["candidates"][0]["content"]["parts"] == [{"text": "sunny"}]


def test_names_of_models(http):
    assert (
        http.post(f"{GEMINI}?tunedModelId=my-id", json=body()).json()["metadata"]["tunedModel"] == "tunedModels/my-id"
    )
    taken = http.post(f"{GEMINI}?tunedModelId=my-id", json=body())
    assert problem_of(taken, 409).startswith("tunedModelId: ")
    assert taken.json()["error"]["status"] == "ALREADY_EXISTS"
    assert problem_of(http.post(f"{GEMINI}?tuned_model_id=My", json=body())).startswith("tunedModelId: ")
    name = http.post(GEMINI, json=body(displayName="7 Über!")).json()["metadata"]["tunedModel"]
    assert name.startswith("tunedModels/ber-")


@pytest.mark.parametrize(
    ("change", "field", "status"),
    [
        ({"displayName": "x" * 41}, "displayName", 400),
        ({"baseModel": ""}, "baseModel", 400),
        ({"baseModel": "models/other"}, "baseModel", 404),
        ({"baseModel": "models/veo-3.0-generate-001"}, "baseModel", 404),
        ({"tuningTask": {}}, "tuningTask.trainingData.examples.examples", 400),
        (
            {"tuningTask": {"trainingData": {"examples": {"examples": [{"textInput": "x"}]}}}},
            "tuningTask.trainingData.examples.examples[0].output",
            400,
        ),
    ],
)
def test_models_that_cannot_be_tuned(http, change, field, status):
    assert problem_of(http.post(GEMINI, json={**body(), **change}), status).startswith(f"{field}: ")


@pytest.mark.parametrize("change", [{"epochCount": 0}, {"batchSize": 0}, {"learningRate": 0}])
def test_wrong_hyperparameters(http, change):
    [name] = change
    response = http.post(GEMINI, json=body(hyperparameters=change))
    assert problem_of(response).startswith(f"tuningTask.hyperparameters.{name}: ")


def test_a_tuned_model_is_tuned_further(gemini, http):
    gemini.operation_polls = 0
    http.post(f"{GEMINI}?tunedModelId=first", json=body())
    source = {"tunedModelSource": {"tunedModel": "tunedModels/first"}, "baseModel": None}
    name = http.post(GEMINI, json={**body(), **source}).json()["metadata"]["tunedModel"]
    model = http.get(f"/v1beta/{name}").json()
    assert model["tunedModelSource"] == {"tunedModel": "tunedModels/first", "baseModel": "models/gemini-2.5-flash"}
    source["tunedModelSource"] = {"tunedModel": "tunedModels/none"}
    assert problem_of(http.post(GEMINI, json={**body(), **source}), 404).startswith("tunedModelSource.tunedModel: ")


@pytest.mark.parametrize("by", ["model", "operation"])
def test_tuning_that_is_cancelled(gemini, http, by):
    gemini.operation_polls = 100
    operation = http.post(GEMINI, json=body()).json()
    name = operation["metadata"]["tunedModel"]
    path = name if by == "model" else operation["name"]
    assert http.post(f"/v1beta/{path}:cancel").json() == {}
    assert http.get(f"/v1beta/{name}").json()["state"] == "FAILED"
    operation = http.get(f"/v1beta/{operation['name']}").json()
    assert (operation["done"], operation["error"]["code"]) == (True, 1)
    assert http.post(f"/v1beta/{name}:generateContent", json={"contents": [turn("x")]}).status_code == 404


def test_unknown_tunings(http, gemini):
    gemini.add_tuned_model("mine")
    for path in ("tunedModels/none:cancel", "tunedModels/mine/operations/none:cancel"):
        assert http.post(f"/v1beta/{path}").status_code == 404
    assert http.get("/v1beta/tunedModels/mine/operations/none").status_code == 404
    assert http.get("/v1beta/tunedModels/mine/operations").json() == {}
    assert http.get(f"{JOBS}/1").status_code == http.post(f"{JOBS}/1:cancel").status_code == 404


def test_a_job(gemini, http, ask):
    put_pairs(gemini, ("red apple", "fruit"), ("blue car", "vehicle"))
    spec = {"hyperParameters": {"epochCount": 2, "adapterSize": "ADAPTER_SIZE_ONE"}}
    asked = job_body(spec=spec, tunedModelDisplayName="Mine", description="For tests.", labels={"a": "b"})
    job = http.post(JOBS, json=asked).json()
    assert job["state"] == "JOB_STATE_PENDING"
    assert job["name"].startswith(f"{LOCATION}/tuningJobs/")
    path = f"/v1beta1/{job['name']}"
    assert http.get(f"/v1beta1/{LOCATION}/models").json() == {}
    running = http.get(path).json()
    assert running["state"] == "JOB_STATE_RUNNING"
    assert "tunedModel" not in running
    job = http.get(path).json()
    assert job["state"] == "JOB_STATE_SUCCEEDED"
    for name, value in asked.items():
        assert job[name] == value
    assert job["createTime"] == job["startTime"] <= job["endTime"]
    stats = job["tuningDataStats"]["supervisedTuningDataStats"]
    assert stats == {"tuningDatasetExampleCount": "2", "tuningStepCount": "2", "totalTuningCharacterCount": "29"}
    made = job["tunedModel"]
    assert [checkpoint["checkpointId"] for checkpoint in made["checkpoints"]] == ["1", "2"]
    model = http.get(f"/v1beta1/{made['model'].partition('@')[0]}").json()
    assert (model["displayName"], model["description"]) == ("Mine", "For tests.")
    assert model["labels"] == {
        "a": "b",
        "google-vertex-llm-tuning-base-model-id": "gemini-2.5-flash",
        "tune-type": "sft",
    }
    assert ask(made["endpoint"], "a car", "v1beta1") == "vehicle"
    assert http.get(JOBS).json() == {"tuningJobs": [job]}
    assert http.get(GEMINI).json() == {}


def test_jobs_by_the_clock(gemini, http):
    put_pairs(gemini, ("a", "b"))
    gemini.operation_polls, gemini.operation_s = 0, 3600
    path = f"/v1beta1/{http.post(JOBS, json=job_body()).json()['name']}"
    assert http.get(path).json()["state"] == "JOB_STATE_RUNNING"
    gemini.clock.advance(3600)
    assert http.get(path).json()["state"] == "JOB_STATE_SUCCEEDED"


def test_only_the_last_checkpoint(gemini, http):
    gemini.operation_polls = 0
    put_pairs(gemini, ("a", "b"))
    name = http.post(JOBS, json=job_body(spec={"exportLastCheckpointOnly": True})).json()["name"]
    [checkpoint] = http.get(f"/v1beta1/{name}").json()["tunedModel"]["checkpoints"]
    assert (checkpoint["checkpointId"], checkpoint["epoch"]) == ("3", "3")


def test_preferences(gemini, http, ask):
    gemini.operation_polls = 0
    completions = [
        {"score": score, "completion": turn(text, "model")}
        for score, text in ((0.1, "bad"), (0.9, "good"), (0.5, "so"))
    ]
    put(gemini, {"contents": [turn("How?")], "completions": completions})
    asked = {
        "baseModel": "gemini-2.5-flash",
        "preferenceOptimizationSpec": {"trainingDatasetUri": DATA, "hyperParameters": {"beta": 0.2}},
    }
    job = http.get(f"/v1beta1/{http.post(JOBS, json=asked).json()['name']}").json()
    assert job["tuningDataStats"]["preferenceOptimizationDataStats"]["tuningDatasetExampleCount"] == "1"
    assert ask(job["tunedModel"]["endpoint"], "How?", "v1beta1") == "good"


def test_a_job_that_tunes_a_tuned_model_further(gemini, http):
    gemini.operation_polls = 0
    put_pairs(gemini, ("a", "b"))
    first = http.get(f"/v1beta1/{http.post(JOBS, json=job_body()).json()['name']}").json()["tunedModel"]["model"]

    def go_on(name, checkpoint):
        before = {"tuned_model_name": name, "checkpoint_id": checkpoint}
        return http.post(JOBS, json={**job_body(), "baseModel": None, "preTunedModel": before})

    job = go_on(first, "2").json()
    assert job["preTunedModel"] == {"tunedModelName": first, "checkpointId": "2"}
    assert job["baseModel"] == "gemini-2.5-flash"
    assert problem_of(go_on(first, "9")).startswith("preTunedModel.checkpointId: ")
    assert problem_of(go_on(f"{LOCATION}/models/1", "1"), 404).startswith("preTunedModel.tunedModelName: ")


@pytest.mark.parametrize("uri", ["gs://elsewhere/x.jsonl", f"{LOCATION}/datasets/1"])
def test_datasets_that_cannot_be_reached(gemini, http, uri):
    gemini.operation_polls = 0
    job = http.post(JOBS, json=job_body(uri)).json()
    assert job["state"] == "JOB_STATE_PENDING"
    job = http.get(f"/v1beta1/{job['name']}").json()
    assert job["state"] == "JOB_STATE_FAILED"
    assert job["error"]["message"].startswith(f"{uri} cannot be read: ")
    assert "tunedModel" not in job
    assert http.get(f"/v1beta1/{LOCATION}/models").json() == {}


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "is empty"),
        (b"no json", "line 1: Invalid JSON payload received"),
        (b"[]", "Invalid value at"),
        (b'{"contents": []}', "line 1: not a valid example"),
        (b'{"contents": [{"role": "user", "parts": [{"text": "x"}]}]}', "line 1: not a valid example"),
        (b'{"contents": [{"part": 1}]}', 'Unknown name "part"'),
    ],
)
def test_invalid_datasets(gemini, http, data, problem):
    gemini.operation_polls = 0
    gemini.put_object(DATA, data)
    job = http.get(f"/v1beta1/{http.post(JOBS, json=job_body()).json()['name']}").json()
    assert job["state"] == "JOB_STATE_FAILED"
    assert problem in job["error"]["message"]


def test_a_validation_dataset_is_read_too(gemini, http):
    gemini.operation_polls = 0
    put_pairs(gemini, ("a", "b"))
    spec = {"validationDatasetUri": "gs://elsewhere/x"}
    job = http.get(f"/v1beta1/{http.post(JOBS, json=job_body(spec=spec)).json()['name']}").json()
    assert job["error"]["message"].startswith("gs://elsewhere/x cannot be read: ")


def test_a_job_that_is_cancelled(gemini, http):
    gemini.operation_polls = 100
    put_pairs(gemini, ("a", "b"))
    path = f"/v1beta1/{http.post(JOBS, json=job_body()).json()['name']}"
    assert http.post(f"{path}:cancel").json() == {}
    job = http.get(path).json()
    assert (job["state"], job["error"]["code"]) == ("JOB_STATE_CANCELLED", 1)
    assert http.post(f"{path}:cancel").json() == {}
    assert http.get(path).json() == job


@pytest.mark.parametrize(
    ("asked", "field", "status"),
    [
        ({}, "supervisedTuningSpec", 400),
        ({"supervisedTuningSpec": {}}, "supervisedTuningSpec.trainingDatasetUri", 400),
        ({"veoTuningSpec": {}}, "veoTuningSpec", 400),
        ({**job_body(), "baseModel": ""}, "baseModel", 400),
        ({**job_body(), "baseModel": "other"}, "baseModel", 404),
        (job_body(spec={"hyperParameters": {"epochCount": 0}}), "supervisedTuningSpec.hyperParameters.epochCount", 400),
        (job_body(tunedModelDisplayName="x" * 129), "tunedModelDisplayName", 400),
    ],
)
def test_invalid_jobs(http, asked, field, status):
    assert problem_of(http.post(JOBS, json=asked), status).startswith(f"{field}: ")


def test_lists_of_jobs(gemini, http):
    put_pairs(gemini, ("a", "b"))
    names = [http.post(JOBS, json=job_body(tunedModelDisplayName=f"n{index}")).json()["name"] for index in range(3)]
    first = http.get(f"{JOBS}?pageSize=2").json()
    second = http.get(f"{JOBS}?pageSize=2&pageToken={first['nextPageToken']}").json()
    assert [job["name"] for job in [*first["tuningJobs"], *second["tuningJobs"]]] == names[::-1]
    filtered = http.get(JOBS, params={"filter": "tuned_model_display_name=n1"}).json()
    assert [job["name"] for job in filtered["tuningJobs"]] == [names[1]]
    assert http.get("/v1beta1/projects/other/locations/l/tuningJobs").json() == {}


REWARD = "/v1beta1/projects/p/locations/l/tuningJobs:validateReinforcementTuningReward"


def string_match(operation: str, expression: str, **fields) -> dict:
    return {
        "stringMatchRewardScorer": {"stringMatchExpression": {"matchOperation": operation, "expression": expression}},
        **fields,
    }


@pytest.mark.parametrize(
    ("config", "reward"),
    [
        (string_match("EXACT_MATCH", "The answer is 42."), 1.0),
        (string_match("EXACT_MATCH", "42"), 0.0),
        (string_match("PARTIAL_MATCH", "{{references.right}}"), 1.0),
        (string_match("REGEX_CONTAINS", "[0-9]{3}"), 0.0),
        (
            string_match(
                "EXACT_MATCH",
                "42",
                parseResponseConfig={"parseType": "REGEX_EXTRACT", "regexExtractExpression": r"(\d+)"},
            ),
            1.0,
        ),
    ],
)
def test_a_reward(http, config, reward):
    sample = {"parts": [{"text": "The answer is 42."}]}
    body = {"sampleResponse": sample, "example": {"references": {"right": "42"}}, "singleRewardConfig": config}
    reply = http.post(REWARD, json=body).json()
    assert reply == {"overallReward": reward, "rewardInfoDetails": {"reward-1": {"reward": reward}}}


def test_weighted_rewards_and_an_answer_that_cannot_be_read(http):
    by_key = {"keyName": "n", "valueStringMatchExpression": {"matchOperation": "EXACT_MATCH", "expression": "4"}}
    json_config = {"rewardName": "json", "stringMatchRewardScorer": {"jsonMatchExpression": by_key}}
    text_config = string_match("PARTIAL_MATCH", "n", rewardName="text")
    weighted = [{"rewardConfig": json_config, "weight": 0.5}, {"rewardConfig": text_config, "weight": 2}]

    def ask(text: str) -> dict:
        config = {"weightedRewardConfigs": weighted}
        sample = {"parts": [{"text": text}]}
        return http.post(REWARD, json={"sampleResponse": sample, "compositeRewardConfig": config}).json()

    assert ask('{"n": 4}')["overallReward"] == 2.5
    unread = ask("nothing")
    assert unread["rewardInfoDetails"]["json"]["errorStatus"]["code"] == 3
    assert unread["rewardInfoDetails"]["text"] == {"reward": 1.0}
    assert "overallReward" not in unread
    assert unread["error"] == "json: The sample is not JSON."


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"singleRewardConfig": string_match("EXACT_MATCH", "x")}, "sampleResponse: is missing"),
        ({"sampleResponse": {}}, "singleRewardConfig: is missing"),
        (
            {"sampleResponse": {}, "singleRewardConfig": {"autoraterScorer": {}}},
            "singleRewardConfig.autoraterScorer: is not computed by this server",
        ),
        (
            {"sampleResponse": {}, "singleRewardConfig": string_match("REGEX_CONTAINS", "(?=x)")},
            "expression: expected a regular expression that RE2 supports",
        ),
        (
            {"sampleResponse": {}, "compositeRewardConfig": {"weightedRewardConfigs": []}},
            "compositeRewardConfig.weightedRewardConfigs: expected 1 to 32 rewards",
        ),
    ],
)
def test_refused_rewards(http, body, problem):
    reply = http.post(REWARD, json=body)
    assert reply.status_code == 400
    assert problem in reply.json()["error"]["message"]
