/* Long forms of the desk: the draft saves itself a moment after each change, what is not saved is
   not left without asking, and Enter in a field sends nothing. Without scripts, buttons do. */
(() => {
  const form = document.querySelector("form[data-guard]");
  const said = form.querySelector("[data-autosave-said]");
  const PAUSE = 2000;
  let timer = 0;
  let unsaved = false;
  let leaving = false;

  const tell = (text) => { said.textContent = text; };

  async function save() {
    const data = new FormData(form);
    // Files go with the form itself.
    const files = form.elements.pieces.files.length;
    data.delete("pieces");
    data.append("automatique", "1");
    try {
      const response = await fetch(location.href, { method: "POST", body: data });
      if (leaving) return;
      if (response.status === 401) {
        tell("Votre connexion a expiré. Continuez : à l'envoi, vous vous reconnecterez et retrouverez ce texte.");
      } else if (response.ok) {
        unsaved = files > 0;
        tell((await response.json()).said + (files ? ", sauf les fichiers, qui partiront avec le point" : ""));
      } else {
        tell("Le brouillon n'a pas pu être enregistré. Gardez cette page ouverte.");
      }
    } catch {
      if (!leaving) tell("Pas de connexion au site : le brouillon n'est pas enregistré. Gardez cette page ouverte.");
    }
  }

  form.addEventListener("input", () => {
    unsaved = true;
    if (!("autosave" in form.dataset)) return;
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("input:not([type=file])")) event.preventDefault();
  });
  // What is delivered is done.
  form.addEventListener("change", (event) => {
    if (event.target.name === "status" && event.target.value === "realisee") {
      form.querySelector("[name=progress][value='100']").checked = true;
    }
  });
  form.addEventListener("submit", () => {
    leaving = true;
    clearTimeout(timer);
  });
  addEventListener("beforeunload", (event) => {
    if (unsaved && !leaving) event.preventDefault();
  });
})();
