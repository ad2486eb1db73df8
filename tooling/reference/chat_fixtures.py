"""What `transformers` makes of the chat templates of `@ashlar/tokenizer`.

Writes `packages/tokenizer/test/fixtures/chat.json.gz`: chats, the text that each template gives, the spans that
`{% generation %}` marks, and for one tokenizer ids and assistant masks.
"""

import json
import re
from importlib.metadata import version

from tokenizers import Tokenizer
from transformers import PreTrainedTokenizerFast
from transformers.utils.chat_template_utils import render_jinja_template

from fixtures import REPOSITORY
from tokenizers_fixtures import qwen2, write

SOURCE = (REPOSITORY / "packages/tokenizer/src/chat/templates.ts").read_text(encoding="utf-8")
TEMPLATES = {name: text for name, text in re.findall(r"export const (\w+)Template = String\.raw`([^`]*)`", SOURCE)}
# white space around the tags in every way that Jinja trims it
TEMPLATES["trimming"] = """{% for m in messages %}
  {% if m.role == 'assistant' %}
    {% generation %}
 a {{ m.content }}
    {% endgeneration %}
  {% else %}
u {{ m.content }} {%- generation -%}  x  {%- endgeneration %} {% generation %} y {%- endgeneration -%}
  {% endif %}
{% endfor %}
{% if add_generation_prompt %}>{% endif %}"""

TOOL = {
    "type": "function",
    "function": {
        "name": "weigh",
        "description": "Weigh a stone <in kg> & say so: \"é\"",
        "parameters": {"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]},
    },
}
CALL = {"type": "function", "function": {"name": "weigh", "arguments": {"id": 7, "name": "石 \"x\"", "deep": [1, 2.5, None, True]}}}
CHATS = [
    {"messages": [{"role": "user", "content": "Hello"}], "addGenerationPrompt": True},
    {
        "messages": [
            {"role": "system", "content": "You lay stones."},
            {"role": "user", "content": "  Where?  \n"},
            {"role": "assistant", "content": "Here, 石の上.  "},
            {"role": "user", "content": "And\nthen? 😀"},
            {"role": "assistant", "content": "We don't know."},
        ],
        "addGenerationPrompt": False,
    },
    {
        "messages": [
            {"role": "user", "content": "Weigh 7."},
            {"role": "assistant", "content": "", "tool_calls": [CALL]},
            {"role": "tool", "content": "12 kg"},
            {"role": "tool", "content": "13 kg"},
            {"role": "assistant", "content": "It weighs 12 kg."},
        ],
        "tools": [TOOL],
        "addGenerationPrompt": True,
    },
]
VARIABLES = {"bos_token": "<|begin_of_text|>", "eos_token": "<|end|>"}


def render(template, chat):
    """The text and the spans, or the error that the template raises."""
    try:
        texts, spans = render_jinja_template(
            conversations=[chat["messages"]],
            tools=chat.get("tools"),
            chat_template=template,
            return_assistant_tokens_mask=True,
            add_generation_prompt=chat["addGenerationPrompt"],
            **VARIABLES,
        )
    except Exception as error:
        return {"error": str(error)}
    return {"text": texts[0], "generations": utf16(texts[0], spans[0])}


def utf16(text, spans):
    """Spans of characters as spans of UTF-16 units."""
    return [[len(text[:at].encode("utf-16-le")) // 2 for at in span] for span in spans]


def masked(tokenizer, template, chat):
    out = tokenizer.apply_chat_template(
        chat["messages"],
        tools=chat.get("tools"),
        chat_template=template,
        add_generation_prompt=chat["addGenerationPrompt"],
        return_assistant_tokens_mask=True,
        return_dict=True,
    )
    return {"ids": out["input_ids"], "mask": out["assistant_masks"]}


def main():
    backend = qwen2()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=Tokenizer.from_str(backend.to_str()))
    write(
        "chat",
        {
            "madeBy": {package: version(package) for package in ("transformers", "jinja2", "tokenizers")},
            "variables": VARIABLES,
            "chats": CHATS,
            "trimming": TEMPLATES["trimming"],
            "rendered": {name: [render(text, chat) for chat in CHATS] for name, text in TEMPLATES.items()},
            "tokenizer": json.loads(backend.to_str()),
            "encoded": {
                name: [masked(tokenizer, TEMPLATES[name], chat) for chat in CHATS] for name in ("chatml", "qwen")
            },
        },
    )


if __name__ == "__main__":
    main()
