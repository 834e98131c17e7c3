// How the page is made: of nodes and texts, never of markup, since a workflow wrote some of them.

const byId = (id) => document.getElementById(id);

/** An element with properties, attributes (with a dash, or for SVG) and children; nothing for null. */
function make(tag, properties, ...children) {
  const node = document.createElement(tag);
  return fill(node, properties, children);
}

function draw(tag, attributes, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes ?? {})) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

function fill(node, properties, children) {
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value == null) continue;
    if (name.includes("-") || name === "scope") node.setAttribute(name, value);
    else node[name] = value;
  }
  node.append(...children.flat().filter((c) => c != null));
  return node;
}

/** Sets a text where it is another: an unchanged one is not read out again. */
function say(id, text) {
  const node = byId(id);
  if (node.textContent !== text) node.textContent = text;
}

/** Keeps the children of a list in step with rows: each made once for its key, and again where it changed. */
function keep(list, rows, key, render) {
  const known = new Map([...list.children].map((child) => [child.dataset.key, child]));
  let before = list.firstElementChild;
  for (const row of rows) {
    const name = key(row);
    const content = JSON.stringify(row);
    let node = known.get(name);
    known.delete(name);
    if (!node || node.dataset.content !== content) {
      const made = render(row, node);
      made.dataset.key = name;
      made.dataset.content = content;
      if (node && node !== made) {
        if (node === before) before = made;
        node.replaceWith(made);
      }
      node = made;
    }
    if (node === before) before = before.nextElementSibling;
    else list.insertBefore(node, before);
  }
  for (const node of known.values()) node.remove();
}

/** A command to paste, with a button that copies it. */
function command(text) {
  const code = make("code", {}, visible(text));
  const button = make("button", { type: "button", "aria-label": "Copy: " + visible(text, 200) }, "Copy");
  button.addEventListener("click", async () => {
    const copied = await copy(text, code);
    button.textContent = copied ? "Copied" : "Selected";
    say("said", copied ? "Copied" : "Selected: copy it with the keyboard");
    setTimeout(() => { button.textContent = "Copy"; say("said", ""); }, 2000);
  });
  return make("div", { className: "command" }, code, button);
}

// Browsers have a clipboard for this machine's addresses and for HTTPS; elsewhere the text is selected.
async function copy(text, code) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    getSelection().selectAllChildren(code);
    return false;
  }
}
