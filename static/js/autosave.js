/* Saves the draft a moment after each change. Without scripts, a button does. */
(() => {
  const form = document.querySelector("form[data-autosave]");
  const said = form.querySelector("[data-autosave-said]");
  const PAUSE = 2000;
  let timer = 0;
  let leaving = false;

  const tell = (text) => { said.textContent = text; };

  async function save() {
    const data = new FormData(form);
    // Files go with the form itself.
    data.delete("pieces");
    data.append("automatique", "1");
    try {
      const response = await fetch(location.href, { method: "POST", body: data });
      if (leaving) return;
      if (response.status === 401) {
        tell("Votre connexion a expiré. Continuez : à l'envoi, vous vous reconnecterez et retrouverez ce texte.");
      } else if (response.ok) {
        tell((await response.json()).said);
      } else {
        tell("Le brouillon n'a pas pu être enregistré. Gardez cette page ouverte.");
      }
    } catch {
      if (!leaving) tell("Pas de connexion au site : le brouillon n'est pas enregistré. Gardez cette page ouverte.");
    }
  }

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  });
  form.addEventListener("submit", () => {
    leaving = true;
    clearTimeout(timer);
  });
})();
