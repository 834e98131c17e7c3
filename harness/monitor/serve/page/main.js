// Asks again and again, and says so where there is no answer.

const every = 2000, patience = 10000; // milliseconds
let answered = null; // when it last did
let course = ""; // what the plots show

async function get(path) {
  const response = await fetch(path, { signal: AbortSignal.timeout(patience) });
  if (!response.ok) throw new Error((await response.text()).trim() || response.statusText);
  return response.json();
}

async function update() {
  const status = await get("/api/v1/status");
  showState(status);
  showCourse(status);
  showFindings(status);
  showRoom(status);
  showAbout(status);
  const now = [status.soak, status.started, status.figures.cycles, status.figures.runs].join(" ");
  if (status.soak && status.phase !== "unread" && now !== course) {
    showProgress(await get("/api/v1/progress"));
    course = now;
  }
}

async function watch() {
  try {
    await update();
    answered = new Date();
    document.body.classList.remove("gone");
    say("link", "live");
  } catch (error) {
    document.body.classList.add("gone");
    const why = error instanceof TypeError || error.name === "TimeoutError" ? "No answer" : visible(error.message, 200);
    say("link", why + (answered ? " since " + clock(answered) + "; what is shown is from then" : "") + ". Trying again …");
  }
  setTimeout(watch, every);
}

watch();
