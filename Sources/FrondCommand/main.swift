print("frond")
