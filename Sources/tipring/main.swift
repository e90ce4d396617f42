print("tipring")
